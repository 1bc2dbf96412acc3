import type { TEMPLATE_REQUESTS } from '../../../shared/protocol/template.protocol.ts';
import type { Services } from '../../services/services.ts';
import type { HandlersFor } from './handlers.ts';

const status = 'ok' as const;

/** vm/template/…: templates and their parts. */
export function templateHandlers({ templates }: Services): HandlersFor<typeof TEMPLATE_REQUESTS> {
  return {
    'vm/template/list': () => templates.list(),
    'vm/template/get': ({ template_id }) => templates.get(template_id),
    'vm/template/create': (body) => templates.create(body),
    'vm/template/update': ({ template_id, ...body }) => templates.update(template_id, body),
    'vm/template/delete': ({ template_id }) => {
      templates.remove(template_id);
      return { status, template_id };
    },
    'vm/template/settings': ({ template_id }) => templates.settings(template_id),
    'vm/template/setSettings': ({ template_id, ...patch }) => templates.patchSettings(template_id, patch),
    'vm/template/capabilities': ({ template_id }) => templates.capabilities(template_id),
    'vm/template/addCapability': ({ template_id, ...body }) => templates.addCapability(template_id, body),
    'vm/template/removeCapability': ({ template_id, capability_id }) => {
      templates.removeCapability(template_id, capability_id);
      return { status, template_id, capability_id };
    },
    'vm/template/startupFiles': ({ template_id }) => templates.startupFiles(template_id),
    'vm/template/addStartupFile': ({ template_id, ...body }) => templates.addStartupFile(template_id, body),
    'vm/template/removeStartupFile': ({ template_id, startup_file_id }) => {
      templates.removeStartupFile(template_id, startup_file_id);
      return { status, template_id, startup_file_id };
    },
    'vm/template/modules': ({ template_id }) => templates.modules(template_id),
    'vm/template/addModule': ({ template_id, name }) => {
      templates.addModule(template_id, name);
      return { template_id, name };
    },
    'vm/template/removeModule': ({ template_id, name }) => {
      templates.removeModule(template_id, name);
      return { status, template_id, name };
    },
    'vm/template/libraries': ({ template_id }) => templates.libraries(template_id),
    'vm/template/addLibrary': async ({ template_id, name }) => ({
      template_id,
      name: await templates.addLibrary(template_id, name),
    }),
    'vm/template/removeLibrary': ({ template_id, name }) => {
      templates.removeLibrary(template_id, name);
      return { status, template_id, name };
    },
  };
}
