import { posix } from 'node:path';

import { formatLibrary, libraryName, parseLibraryName, type LibraryRequest } from '../../shared/catalogue/libraries.ts';
import { VmError } from '../../shared/errors/vm-error.ts';
import { DEFAULT_SETTINGS, type SettingsPatch, type TemplateSettings } from '../../shared/model/settings.ts';
import {
  ENGINES,
  type AddCapability,
  type AddStartupFile,
  type Capability,
  type CreateTemplate,
  type StartupFile,
  type Template,
  type TemplateDetail,
  type UpdateTemplate,
} from '../../shared/model/template.ts';
import { checkCapability, requireModuleName } from '../../shared/validation/check-capability.ts';
import type { Libraries } from '../libraries/libraries.ts';
import type { TemplateStore } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';
import { newId } from './new-id.ts';
import { timestamp } from './clock.ts';

/** Templates and their parts. Live sessions keep what they were made from; changes are for sessions made later. */
export class TemplateService {
  readonly #store: TemplateStore;
  readonly #libraries: Libraries;
  readonly #changes: ChangeFeed;

  constructor(store: TemplateStore, libraries: Libraries, changes: ChangeFeed) {
    this.#store = store;
    this.#libraries = libraries;
    this.#changes = changes;
  }

  /** Throws ENGINE_UNSUPPORTED, TEMPLATE_NAME_TAKEN. */
  create(body: CreateTemplate): Template {
    const engine = body.engine ?? ENGINES[0];
    if (!(ENGINES as readonly string[]).includes(engine)) {
      throw new VmError('ENGINE_UNSUPPORTED', `Engine "${engine}" is unknown; use "v8".`, { engine, engines: ENGINES });
    }
    const now = timestamp();
    const template: Template = {
      id: newId(),
      name: body.name,
      engine,
      is_active: true,
      exposed_modules: [],
      libraries: [],
      created_at: now,
      updated_at: now,
    };
    this.#store.insert(template, DEFAULT_SETTINGS);
    this.#changed(template.id);
    return template;
  }

  list(): Template[] {
    return this.#store.list();
  }

  /** Throws TEMPLATE_NOT_FOUND, as every method below does. */
  get(id: string): TemplateDetail {
    const template = this.#require(id);
    return {
      template,
      settings: this.settings(id),
      capabilities: this.#store.capabilities(id),
      startup_files: this.#store.startupFiles(id),
    };
  }

  /** Throws TEMPLATE_NAME_TAKEN. */
  update(id: string, body: UpdateTemplate): Template {
    return this.#save({ ...this.#require(id), ...body });
  }

  remove(id: string): void {
    if (!this.#store.delete(id)) throw notFound(id);
    this.#changed(id, true);
  }

  settings(id: string): TemplateSettings {
    const settings = this.#store.settings(id);
    if (settings === undefined) throw notFound(id);
    return { vm_id: id, ...settings };
  }

  /** Deep-merges; arrays are replaced. */
  patchSettings(id: string, patch: SettingsPatch): TemplateSettings {
    const { vm_id, ...current } = this.settings(id);
    const merged = {
      limits: { ...current.limits, ...patch.limits },
      resolver: { ...current.resolver, ...patch.resolver },
      runtime: { ...current.runtime, ...patch.runtime },
      retention: { ...current.retention, ...patch.retention },
    };
    merged.resolver.roots.forEach((root) => {
      requireInside(root, 'resolver.roots');
    });
    this.#store.setSettings(id, merged);
    this.#save(this.#require(id));
    return { vm_id, ...merged };
  }

  capabilities(id: string): Capability[] {
    this.#require(id);
    return this.#store.capabilities(id);
  }

  /**
   * A capability of the same kind and name is replaced. Throws VALIDATION_ERROR or INVALID_REQUEST for a config that
   * nothing would enforce, MODULE_NOT_ALLOWED and MODULE_NOT_FOUND for a name of no module.
   */
  addCapability(id: string, body: AddCapability): Capability {
    const template = this.#require(id);
    const { kind, name, enabled = true, config = {} } = body;
    checkCapability({ kind, name, enabled, config });
    const stored = this.#store.putCapability({ id: newId(), vm_id: id, kind, name, enabled, config });
    this.#save(template);
    return stored;
  }

  /** Throws CAPABILITY_NOT_FOUND. */
  removeCapability(id: string, capabilityId: string): void {
    const template = this.#require(id);
    if (!this.#store.deleteCapability(id, capabilityId)) {
      throw new VmError('CAPABILITY_NOT_FOUND', `The template has no capability ${capabilityId}.`, {
        template_id: id,
        capability_id: capabilityId,
      });
    }
    this.#save(template);
  }

  startupFiles(id: string): StartupFile[] {
    this.#require(id);
    return this.#store.startupFiles(id);
  }

  /** Throws INVALID_PATH. The file itself is looked for when a session starts. */
  addStartupFile(id: string, body: AddStartupFile): StartupFile {
    const template = this.#require(id);
    const { path, order_index = 0, mode = 'eval' } = body;
    requireInside(path, 'path');
    const file: StartupFile = { id: newId(), vm_id: id, path, order_index, mode };
    this.#store.insertStartupFile(file);
    this.#save(template);
    return file;
  }

  /** Throws STARTUP_FILE_NOT_FOUND. */
  removeStartupFile(id: string, startupFileId: string): void {
    const template = this.#require(id);
    if (!this.#store.deleteStartupFile(id, startupFileId)) {
      throw new VmError('STARTUP_FILE_NOT_FOUND', `The template has no startup file ${startupFileId}.`, {
        template_id: id,
        startup_file_id: startupFileId,
      });
    }
    this.#save(template);
  }

  modules(id: string): string[] {
    return this.#require(id).exposed_modules;
  }

  /** Adding twice changes nothing. Throws MODULE_NOT_ALLOWED, MODULE_NOT_FOUND. */
  addModule(id: string, name: string): Template {
    const template = this.#require(id);
    requireModuleName(name, []);
    if (template.exposed_modules.includes(name)) return template;
    return this.#save({ ...template, exposed_modules: [...template.exposed_modules, name] });
  }

  /** Throws MODULE_NOT_FOUND when the template does not have it. */
  removeModule(id: string, name: string): Template {
    const template = this.#require(id);
    if (!template.exposed_modules.includes(name)) {
      throw new VmError('MODULE_NOT_FOUND', `The template does not have the module "${name}".`, {
        template_id: id,
        name,
      });
    }
    return this.#save({ ...template, exposed_modules: template.exposed_modules.filter((each) => each !== name) });
  }

  libraries(id: string): string[] {
    return this.#require(id).libraries;
  }

  /**
   * Pins a library to one version; one that is there in another version is replaced. It is fetched by nobody here.
   * Throws VALIDATION_ERROR, LIBRARY_NOT_FOUND, and LIBRARY_NOT_CACHED when nobody can tell which version is meant.
   * @returns the pin, `name@version`
   */
  async addLibrary(id: string, text: string): Promise<string> {
    this.#require(id);
    const pin = await this.#libraries.pin(requireLibraryName(text));
    // The template may have changed while the registry was asked.
    const template = this.#require(id);
    const pinned = formatLibrary(pin);
    if (template.libraries.includes(pinned)) return pinned;
    const others = template.libraries.filter((each) => libraryName(each) !== pin.name);
    this.#save({ ...template, libraries: [...others, pinned] });
    return pinned;
  }

  /** `lodash` removes whichever version there is. Throws LIBRARY_NOT_FOUND when the template does not have it. */
  removeLibrary(id: string, text: string): Template {
    const template = this.#require(id);
    const request = parseLibraryName(text);
    const wanted = request?.wanted === undefined ? undefined : `${request.name}@${request.wanted}`;
    const isMeant = (each: string): boolean => libraryName(each) === text || each === wanted;
    if (!template.libraries.some(isMeant)) {
      throw new VmError('LIBRARY_NOT_FOUND', `The template does not have the library "${text}".`, {
        template_id: id,
        name: text,
      });
    }
    return this.#save({ ...template, libraries: template.libraries.filter((each) => !isMeant(each)) });
  }

  #require(id: string): Template {
    const template = this.#store.get(id);
    if (template === undefined) throw notFound(id);
    return template;
  }

  #save(template: Template): Template {
    const saved = { ...template, updated_at: timestamp() };
    this.#store.update(saved);
    this.#changed(saved.id);
    return saved;
  }

  #changed(template_id: string, deleted = false): void {
    this.#changes.publish({ kind: 'template', template_id, deleted });
  }
}

function notFound(id: string): VmError {
  return new VmError('TEMPLATE_NOT_FOUND', `No template has the id ${id}.`, { template_id: id });
}

/** The lexical half of the path rule; symlinks are resolved when a session uses the path. */
function requireInside(path: string, field: string): void {
  const normal = posix.normalize(path);
  if (path.includes('\0') || posix.isAbsolute(path) || normal === '..' || normal.startsWith('../')) {
    throw new VmError('INVALID_PATH', 'Path escapes allowed worktree: give one relative to the worktree.', {
      field,
      path,
    });
  }
}

function requireLibraryName(text: string): LibraryRequest {
  const request = parseLibraryName(text);
  if (request !== undefined) return request;
  throw new VmError(
    'VALIDATION_ERROR',
    `"${text}" names no library; write it as lodash, lodash@4.17.21 or lodash@^4.`,
    {
      field: 'name',
      name: text,
    },
  );
}
