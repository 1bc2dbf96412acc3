export type CatalogueLibrary = {
  /** The version that a bare name means. */
  version: string;
  /** The global variable that holds it. */
  global: string;
  description: string;
  /** Peers that npm would not install by itself and without which it does not load, `name@version`. */
  with?: readonly string[];
};

/** Libraries that are known by name. Any other npm package works as well; these have a global and a version of their own. */
export const LIBRARIES = {
  lodash: { version: '4.17.21', global: '_', description: 'Utility functions for collections, objects and strings.' },
  moment: { version: '2.29.4', global: 'moment', description: 'Dates: parse, format, calculate.' },
  axios: {
    version: '1.6.0',
    global: 'axios',
    description: 'HTTP client; only later versions can connect here, with the module http: axios@latest.',
  },
  ramda: { version: '0.29.0', global: 'R', description: 'Functional programming helpers.' },
  dayjs: { version: '1.11.10', global: 'dayjs', description: 'Dates, small and immutable.' },
  zustand: { version: '4.4.7', global: 'zustand', description: 'State containers.', with: ['react@18.2.0'] },
} as const satisfies Record<string, CatalogueLibrary>;

/** A library in exactly one version. */
export type LibraryReference = { name: string; version: string };

/** A library as somebody asks for it: `wanted` is a version, a range or a tag; absent when only the name was given. */
export type LibraryRequest = { name: string; wanted?: string };

const NAME = String.raw`(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*`;
const VERSION = String.raw`\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?`;
/** Ranges and tags; nothing that could be a URL, a path or an alias. */
const WANTED = String.raw`[0-9A-Za-z.^~<>=|*+ -]{1,100}`;
const EXACT = new RegExp(`^${VERSION}$`);
const WITH_AT = new RegExp(`^(${NAME})@(${WANTED})$`);
// The name is as short as can be (its `*` becomes `*?`), so that all of the version is the version.
const WITH_DASH = new RegExp(`^(${NAME}?)-(${VERSION})$`);
const BARE = new RegExp(`^${NAME}$`);
const MAX_NAME = 214;

/**
 * The one rule for names of libraries: `lodash`, `lodash@4.17.21`, `lodash@^4`, `lodash-4.17.21`, `@scope/name@1.2.3`.
 * A bare name of the catalogue means the catalogue's version. Undefined when the text is none of these.
 */
export function parseLibraryName(text: string): LibraryRequest | undefined {
  const match = WITH_AT.exec(text) ?? WITH_DASH.exec(text) ?? BARE.exec(text);
  const name = match?.[1] ?? match?.[0];
  if (name === undefined || name.length > MAX_NAME) return undefined;
  const wanted = match?.[2]?.trim() ?? catalogueLibrary(name)?.version;
  return wanted === undefined ? { name } : { name, wanted };
}

/** The reference that a request is by itself, without asking anybody: only when it wants exactly one version. */
export function pinnedLibrary({ name, wanted }: LibraryRequest): LibraryReference | undefined {
  return wanted !== undefined && EXACT.test(wanted) ? { name, version: wanted } : undefined;
}

/** The one way in which a library is written in rows, answers and the cache: `name@version`. */
export function formatLibrary({ name, version }: LibraryReference): string {
  return `${name}@${version}`;
}

/** A request as somebody would type it. */
export function formatRequest({ name, wanted }: LibraryRequest): string {
  return wanted === undefined ? name : `${name}@${wanted}`;
}

/** Reads what `formatLibrary` wrote; undefined for anything else. */
export function parsePinnedLibrary(text: string): LibraryReference | undefined {
  const request = parseLibraryName(text);
  return request && pinnedLibrary(request);
}

/** The name of the library, whatever version is asked for. */
export function libraryName(text: string): string | undefined {
  return parseLibraryName(text)?.name;
}

export function catalogueLibrary(name: string): CatalogueLibrary | undefined {
  return Object.hasOwn(LIBRARIES, name) ? LIBRARIES[name as keyof typeof LIBRARIES] : undefined;
}

/** The global variable of a library: the catalogue's, else the name in camelCase without its scope (`date-fns`: `dateFns`). */
export function libraryGlobal(name: string): string | undefined {
  const known = catalogueLibrary(name);
  if (known !== undefined) return known.global;
  const words = name.replace(/^@[^/]*\//, '').split(/[^A-Za-z0-9]+/).filter(Boolean); // prettier-ignore
  const camel = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
  return /^[A-Za-z]/.test(camel) ? camel : undefined;
}
