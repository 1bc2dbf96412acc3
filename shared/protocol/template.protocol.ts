import { Type } from 'typebox';
import { Id } from '../model/ids.ts';
import { SettingsPatch, TemplateSettings } from '../model/settings.ts';
import {
  AddByName,
  AddCapability,
  AddStartupFile,
  Capability,
  CreateTemplate,
  StartupFile,
  Template,
  TemplateDetail,
  UpdateTemplate,
} from '../model/template.ts';
import { idsAndBody, NoParams, notification, params, request, type RequestDefinition } from './message.ts';

const template_id = Id;
const name = AddByName.properties.name;
const ofTemplate = params({ template_id });
const status = Type.Literal('ok');

/** Requests about templates and their parts: views show them, commands change them. */
export const TEMPLATE_REQUESTS = {
  /** Client → daemon, when a view fills itself: all templates, oldest first. */
  'vm/template/list': request(['GET /templates'], NoParams, Type.Array(Template)),
  /** Client → daemon, when a template unfolds: the template with all its parts. */
  'vm/template/get': request(['GET /templates/{template_id}'], ofTemplate, TemplateDetail),
  /** Client → daemon: makes a template with default settings. */
  'vm/template/create': request(['POST /templates'], CreateTemplate, Template),
  /** Client → daemon: renames, activates or deactivates a template. */
  'vm/template/update': request(
    ['PATCH /templates/{template_id}'],
    idsAndBody({ template_id }, UpdateTemplate),
    Template,
  ),
  /** Client → daemon: deletes a template with its parts; live sessions go on. */
  'vm/template/delete': request(['DELETE /templates/{template_id}'], ofTemplate, Type.Object({ status, template_id })),
  /** Client → daemon, when limits are shown: limits, resolver and runtime settings. */
  'vm/template/settings': request(['GET /templates/{template_id}/settings'], ofTemplate, TemplateSettings),
  /** Client → daemon, when a limit is edited: objects are merged, lists replaced. */
  'vm/template/setSettings': request(
    ['PATCH /templates/{template_id}/settings'],
    idsAndBody({ template_id }, SettingsPatch),
    TemplateSettings,
  ),
  /** Client → daemon: what the template permits. */
  'vm/template/capabilities': request(
    ['GET /templates/{template_id}/capabilities'],
    ofTemplate,
    Type.Array(Capability),
  ),
  /** Client → daemon: permits something; the same kind and name again replaces it. */
  'vm/template/addCapability': request(
    ['POST /templates/{template_id}/capabilities'],
    idsAndBody({ template_id }, AddCapability),
    Capability,
  ),
  /** Client → daemon: takes a permission back. */
  'vm/template/removeCapability': request(
    ['DELETE /templates/{template_id}/capabilities/{capability_id}'],
    params({ template_id, capability_id: Id }),
    Type.Object({ status, template_id, capability_id: Id }),
  ),
  /** Client → daemon: files that run when a session starts, in their order. */
  'vm/template/startupFiles': request(
    ['GET /templates/{template_id}/startup-files'],
    ofTemplate,
    Type.Array(StartupFile),
  ),
  /** Client → daemon: runs a file when a session starts, from now on. */
  'vm/template/addStartupFile': request(
    ['POST /templates/{template_id}/startup-files'],
    idsAndBody({ template_id }, AddStartupFile),
    StartupFile,
  ),
  /** Client → daemon: runs it no more. */
  'vm/template/removeStartupFile': request(
    ['DELETE /templates/{template_id}/startup-files/{startup_file_id}'],
    params({ template_id, startup_file_id: Id }),
    Type.Object({ status, template_id, startup_file_id: Id }),
  ),
  /** Client → daemon: names of the host modules that sessions of the template may import. */
  'vm/template/modules': request(['GET /templates/{template_id}/modules'], ofTemplate, Type.Array(Type.String())),
  /** Client → daemon: exposes a host module. */
  'vm/template/addModule': request(
    ['POST /templates/{template_id}/modules'],
    idsAndBody({ template_id }, AddByName),
    Type.Object({ template_id, name }),
  ),
  /** Client → daemon: exposes it no more. */
  'vm/template/removeModule': request(
    ['DELETE /templates/{template_id}/modules/{name}'],
    params({ template_id, name }),
    Type.Object({ status, template_id, name }),
  ),
  /** Client → daemon: libraries that sessions of the template start with, as `name@version`. */
  'vm/template/libraries': request(['GET /templates/{template_id}/libraries'], ofTemplate, Type.Array(Type.String())),
  /** Client → daemon: pins a library of the catalogue or of npm; answers with its name and version. */
  'vm/template/addLibrary': request(
    ['POST /templates/{template_id}/libraries'],
    idsAndBody({ template_id }, AddByName),
    Type.Object({ template_id, name }),
  ),
  /** Client → daemon: removes a library, by name or by name and version. */
  'vm/template/removeLibrary': request(
    ['DELETE /templates/{template_id}/libraries/{name}'],
    params({ template_id, name }),
    Type.Object({ status, template_id, name }),
  ),
} as const satisfies Record<string, RequestDefinition>;

export const TEMPLATE_NOTIFICATIONS = {
  /** Daemon → every client, after a template or one of its parts was stored; who shows it reads it again. */
  'vm/template/changed': notification({ template_id: Id, deleted: Type.Boolean() }),
} as const;
