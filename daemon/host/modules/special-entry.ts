import type { ModuleWish } from '../../../shared/ipc/module-messages.ts';
import type { Refusal, SpecialModule } from './built-ins.ts';
import type { ModuleEntry } from '../guest/modules/module-record.ts';
import { importedFrom, LoadFailure } from './load-failure.ts';

/** A module without a file. Throws when the session has none of that name. */
export function entryOf(special: SpecialModule, { referrer }: ModuleWish, root: string): ModuleEntry {
  if ('refusal' in special) throw refused(special.refusal, referrer, root);
  return {
    url: urlOf(special),
    path: '',
    format: 'commonjs',
    code: undefined,
    imports: [],
    names: [],
    usesImport: false,
    isOurs: true,
    ...('library' in special ? { isLibrary: true } : {}),
  };
}

function urlOf(special: Exclude<SpecialModule, { refusal: unknown }>): string {
  if ('library' in special) return `library:${special.library}`;
  return 'built_in' in special ? `node:${special.built_in}` : `vm:${special.host_module}`;
}

/** Why a session may not have what was found, if that is so. */
export function refusalOf(found: { special?: SpecialModule }, referrer: string, root: string): LoadFailure | undefined {
  const { special } = found;
  return special !== undefined && 'refusal' in special ? refused(special.refusal, referrer, root) : undefined;
}

/** The failure of a module that the session may not have. */
export function refused({ code, message, denied }: Refusal, referrer: string, root: string): LoadFailure {
  return new LoadFailure({ name: 'Error', code, message: `${message} (${importedFrom(referrer, root)})` }, denied);
}

/** The daemon has answered with something else. */
export function unknownModule(specifier: string): LoadFailure {
  return new LoadFailure({ name: 'Error', code: 'ERR_LOAD_FAILED', message: `${specifier} was not loaded` });
}
