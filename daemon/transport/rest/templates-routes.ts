import { Type } from 'typebox';
import { Id } from '../../../shared/model/ids.ts';
import { SettingsPatch, TemplateSettings } from '../../../shared/model/settings.ts';
import { CreateTemplate, Template, TemplateDetail, UpdateTemplate } from '../../../shared/model/template.ts';
import type { Services } from '../../services/services.ts';
import { withoutBody } from './json-body.ts';
import type { RestServer } from './rest-instance.ts';
import { TemplateParams, removed } from './route-schema.ts';

const tags = ['templates'];
const params = TemplateParams;

/** Templates and their settings. */
export function templatesRoutes(server: RestServer, { templates }: Services): void {
  server.get(
    '/templates',
    {
      schema: {
        tags,
        operationId: 'listTemplates',
        summary: 'All templates, oldest first',
        response: { 200: Type.Array(Template) },
      },
    },
    () => templates.list(),
  );
  server.post(
    '/templates',
    {
      config: { errors: ['TEMPLATE_NAME_TAKEN', 'ENGINE_UNSUPPORTED'] },
      schema: {
        tags,
        operationId: 'createTemplate',
        summary: 'Make a template with default settings',
        body: CreateTemplate,
        response: { 201: Template },
      },
    },
    (request, reply) => {
      reply.code(201);
      return templates.create(request.body);
    },
  );
  server.get(
    '/templates/:template_id',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'getTemplate',
        summary: 'A template with all its parts',
        params,
        response: { 200: TemplateDetail },
      },
    },
    (request) => templates.get(request.params.template_id),
  );
  server.patch(
    '/templates/:template_id',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND', 'TEMPLATE_NAME_TAKEN'] },
      schema: {
        tags,
        operationId: 'updateTemplate',
        summary: 'Rename, activate or deactivate a template',
        params,
        body: UpdateTemplate,
        response: { 200: Template },
      },
    },
    (request) => templates.update(request.params.template_id, request.body),
  );
  settingsRoutes(server, templates);
  withoutBody(server, (scope) => {
    removalRoute(scope, templates);
  });
}

function settingsRoutes(server: RestServer, templates: Services['templates']): void {
  server.get(
    '/templates/:template_id/settings',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'getSettings',
        summary: 'Limits, resolver and runtime settings of a template',
        params,
        response: { 200: TemplateSettings },
      },
    },
    (request) => templates.settings(request.params.template_id),
  );
  server.patch(
    '/templates/:template_id/settings',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND', 'INVALID_PATH'] },
      schema: {
        tags,
        operationId: 'patchSettings',
        summary: 'Change some settings: objects are merged, lists replaced',
        params,
        body: SettingsPatch,
        response: { 200: TemplateSettings },
      },
    },
    (request) => templates.patchSettings(request.params.template_id, request.body),
  );
}

function removalRoute(server: RestServer, templates: Services['templates']): void {
  server.delete(
    '/templates/:template_id',
    {
      config: { errors: ['TEMPLATE_NOT_FOUND'] },
      schema: {
        tags,
        operationId: 'deleteTemplate',
        summary: 'Delete a template with its parts; live sessions go on',
        params,
        response: { 200: Type.Object({ ...removed, template_id: Id }) },
      },
    },
    (request) => {
      const { template_id } = request.params;
      templates.remove(template_id);
      return { status: 'ok' as const, template_id };
    },
  );
}
