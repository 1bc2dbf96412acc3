import { HOST_MODULES } from '../../shared/catalogue/host-modules.ts';
import { LIBRARIES, formatLibrary, type CatalogueLibrary } from '../../shared/catalogue/libraries.ts';
import { ERROR_CODES, OUTCOME_CODES } from '../../shared/errors/error-codes.ts';
import { EVENT_TYPES } from '../../shared/model/event.ts';
import type {
  EngineInfo,
  ErrorInfo,
  EventTypeInfo,
  LibraryInfo,
  LimitsInfo,
  ModuleInfo,
} from '../../shared/model/metadata.ts';
import { DEFAULT_SETTINGS, LIMIT_RANGES } from '../../shared/model/settings.ts';
import type { Libraries } from '../libraries/libraries.ts';

/** What this daemon offers; every answer is read from the tables that the rest of the code works by. */
export class MetadataService {
  readonly #libraries: Libraries;

  constructor(libraries: Libraries) {
    this.#libraries = libraries;
  }

  engines(): EngineInfo[] {
    return [
      { name: 'v8', description: 'V8 in an isolate of its own.', default: true },
      { name: 'goja', description: 'Accepted for scripts of the original system; runs on V8.', default: false },
    ];
  }

  modules(): ModuleInfo[] {
    return Object.entries(HOST_MODULES).map(([name, description]) => ({ name, description }));
  }

  /** The catalogue, and what else is in the cache. */
  async libraries(): Promise<LibraryInfo[]> {
    const cached = await this.#libraries.list();
    const there = new Set(cached.map(formatLibrary));
    const catalogue: [string, CatalogueLibrary][] = Object.entries(LIBRARIES);
    const known = catalogue.map(([name, { version, global, description }]) => ({
      ...{ name, version, global, description },
      cached: there.has(formatLibrary({ name, version })),
    }));
    const listed = new Set(known.map(formatLibrary));
    const others = cached
      .filter((library) => !listed.has(formatLibrary(library)))
      .map(({ name, version, global, description }) => ({
        ...{ name, version, ...(global === undefined ? {} : { global }), description },
        cached: true,
      }));
    return [...known, ...others];
  }

  limits(): LimitsInfo {
    return { defaults: DEFAULT_SETTINGS.limits, ranges: LIMIT_RANGES };
  }

  eventTypes(): EventTypeInfo[] {
    return Object.entries(EVENT_TYPES).map(([type, description]) => ({ type, description }));
  }

  errors(): ErrorInfo[] {
    const requestErrors = Object.entries(ERROR_CODES).map(([code, row]) => ({
      code,
      status: row.http,
      rpc_code: row.rpc,
      description: row.description,
    }));
    const outcomes = Object.entries(OUTCOME_CODES)
      .filter(([code]) => !(code in ERROR_CODES))
      .map(([code, description]) => ({ code, description }));
    return [...requestErrors, ...outcomes];
  }
}
