import { Type } from 'typebox';
import type { ErrorCode } from '../../../shared/errors/error-codes.ts';
import { Id } from '../../../shared/model/ids.ts';
import {
  AddByName,
  AddCapability,
  AddStartupFile,
  Capability,
  StartupFile,
  type Template,
} from '../../../shared/model/template.ts';
import type { Services } from '../../services/services.ts';
import { withoutBody } from './json-body.ts';
import type { RestServer } from './rest-instance.ts';
import { TemplateParams, removed } from './route-schema.ts';

const params = TemplateParams;

/** Capabilities, startup files, modules and libraries of a template. */
export function templatePartsRoutes(server: RestServer, { templates }: Services): void {
  capabilityRoutes(server, templates);
  startupFileRoutes(server, templates);
  namedPartRoutes(server, {
    parts: 'modules',
    part: 'Module',
    addErrors: ['MODULE_NOT_ALLOWED', 'MODULE_NOT_FOUND'],
    missing: 'MODULE_NOT_FOUND',
    list: (id) => templates.modules(id),
    add: (id, name) => {
      templates.addModule(id, name);
      return name;
    },
    remove: (id, name) => templates.removeModule(id, name),
  });
  namedPartRoutes(server, {
    parts: 'libraries',
    part: 'Library',
    addErrors: ['LIBRARY_NOT_FOUND', 'LIBRARY_NOT_CACHED'],
    missing: 'LIBRARY_NOT_FOUND',
    list: (id) => templates.libraries(id),
    add: (id, name) => templates.addLibrary(id, name),
    remove: (id, name) => templates.removeLibrary(id, name),
  });
}

function capabilityRoutes(server: RestServer, templates: Services['templates']): void {
  const tags = ['template capabilities'];
  server.get(
    '/templates/:template_id/capabilities',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'listCapabilities',
        summary: 'What a template permits',
        params,
        response: { 200: Type.Array(Capability) },
      },
    },
    (request) => templates.capabilities(request.params.template_id),
  );
  server.post(
    '/templates/:template_id/capabilities',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND', 'MODULE_NOT_ALLOWED', 'MODULE_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'addCapability',
        summary: 'Permit something; the same kind and name again replaces it',
        params,
        body: AddCapability,
        response: { 201: Capability },
      },
    },
    (request, reply) => {
      reply.code(201);
      return templates.addCapability(request.params.template_id, request.body);
    },
  );
  withoutBody(server, (scope) => {
    scope.delete(
      '/templates/:template_id/capabilities/:capability_id',
      {
        config: { errors: ['TEMPLATE_NOT_FOUND', 'CAPABILITY_NOT_FOUND'] },
        schema: {
          tags,
          operationId: 'removeCapability',
          summary: 'Take a permission back',
          params: Type.Object({ ...params.properties, capability_id: Id }),
          response: { 200: Type.Object({ ...removed, template_id: Id, capability_id: Id }) },
        },
      },
      (request) => {
        const { template_id, capability_id } = request.params;
        templates.removeCapability(template_id, capability_id);
        return { status: 'ok' as const, template_id, capability_id };
      },
    );
  });
}

function startupFileRoutes(server: RestServer, templates: Services['templates']): void {
  const tags = ['template startup files'];
  server.get(
    '/templates/:template_id/startup-files',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'listStartupFiles',
        summary: 'Files that run when a session starts, in their order',
        params,
        response: { 200: Type.Array(StartupFile) },
      },
    },
    (request) => templates.startupFiles(request.params.template_id),
  );
  server.post(
    '/templates/:template_id/startup-files',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND', 'INVALID_PATH'] },
      schema: {
        tags,
        operationId: 'addStartupFile',
        summary: 'Run a file when a session starts',
        params,
        body: AddStartupFile,
        response: { 201: StartupFile },
      },
    },
    (request, reply) => {
      reply.code(201);
      return templates.addStartupFile(request.params.template_id, request.body);
    },
  );
  withoutBody(server, (scope) => {
    scope.delete(
      '/templates/:template_id/startup-files/:startup_file_id',
      {
        config: { errors: ['TEMPLATE_NOT_FOUND', 'STARTUP_FILE_NOT_FOUND'] },
        schema: {
          tags,
          operationId: 'removeStartupFile',
          summary: 'Run a file no more when a session starts',
          params: Type.Object({ ...params.properties, startup_file_id: Id }),
          response: { 200: Type.Object({ ...removed, template_id: Id, startup_file_id: Id }) },
        },
      },
      (request) => {
        const { template_id, startup_file_id } = request.params;
        templates.removeStartupFile(template_id, startup_file_id);
        return { status: 'ok' as const, template_id, startup_file_id };
      },
    );
  });
}

/** Parts that are nothing but a name: modules and libraries have the same three routes. */
type NamedParts = {
  parts: 'modules' | 'libraries';
  part: 'Module' | 'Library';
  addErrors: readonly ErrorCode[];
  missing: ErrorCode;
  list: (templateId: string) => string[];
  /** Says what was added, by its full name. */
  add: (templateId: string, name: string) => string | Promise<string>;
  remove: (templateId: string, name: string) => Template;
};

function namedPartRoutes(server: RestServer, { parts, part, addErrors, missing, list, add, remove }: NamedParts): void {
  const tags = [`template ${parts}`];
  const name = Type.String();
  server.get(
    `/templates/:template_id/${parts}`,
    {
      config: { errors: ['TEMPLATE_NOT_FOUND'] },
      schema: {
        tags,
        operationId: `listTemplate${part === 'Module' ? 'Modules' : 'Libraries'}`,
        summary: `Names of the ${parts} of a template`,
        params,
        response: { 200: Type.Array(name) },
      },
    },
    (request) => list(request.params.template_id),
  );
  server.post(
    `/templates/:template_id/${parts}`,
    {
      config: { errors: ['TEMPLATE_NOT_FOUND', ...addErrors] },
      schema: {
        tags,
        operationId: `add${part}`,
        summary: `Give a template one of the ${parts} that metadata/${parts} lists`,
        params,
        body: AddByName,
        response: { 201: Type.Object({ template_id: Id, name }) },
      },
    },
    async (request, reply) => {
      const { template_id } = request.params;
      const added = await add(template_id, request.body.name);
      reply.code(201);
      return { template_id, name: added };
    },
  );
  withoutBody(server, (scope) => {
    scope.delete(
      `/templates/:template_id/${parts}/:name`,
      {
        config: { errors: ['TEMPLATE_NOT_FOUND', missing] },
        schema: {
          tags,
          operationId: `remove${part}`,
          summary: `Take one of its ${parts} from a template`,
          params: Type.Object({ ...params.properties, name }),
          response: { 200: Type.Object({ ...removed, template_id: Id, name }) },
        },
      },
      (request) => {
        const { template_id, name: removedName } = request.params;
        remove(template_id, removedName);
        return { status: 'ok' as const, template_id, name: removedName };
      },
    );
  });
}
