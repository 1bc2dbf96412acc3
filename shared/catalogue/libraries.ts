/** Libraries that are known by name: the global that each defines, and the version that a bare name means. */
export const LIBRARIES = {
  lodash: { version: '4.17.21', global: '_', description: 'Utility functions for collections, objects and strings.' },
  moment: { version: '2.29.4', global: 'moment', description: 'Dates: parse, format, calculate.' },
  axios: { version: '1.6.0', global: 'axios', description: 'HTTP client; needs the http module.' },
  ramda: { version: '0.29.0', global: 'R', description: 'Functional programming helpers.' },
  dayjs: { version: '1.11.10', global: 'dayjs', description: 'Dates, small and immutable.' },
  zustand: { version: '4.4.7', global: 'zustand', description: 'State containers.' },
} as const satisfies Record<string, { version: string; global: string; description: string }>;

export type LibraryReference = { name: string; version: string };

const VERSION = String.raw`\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?`;
const WITH_AT = new RegExp(`^([^@]+)@(${VERSION})$`);
const WITH_DASH = new RegExp(`^(.+?)-(${VERSION})$`);

/**
 * Reads `lodash`, `lodash@4.17.21` or `lodash-4.17.21`; undefined when the name is not in the catalogue.
 * A bare name means the catalogue's version.
 */
export function parseLibraryName(text: string): LibraryReference | undefined {
  const match = WITH_AT.exec(text) ?? WITH_DASH.exec(text);
  const name = match?.[1] ?? text;
  if (!Object.hasOwn(LIBRARIES, name)) return undefined;
  return { name, version: match?.[2] ?? LIBRARIES[name as keyof typeof LIBRARIES].version };
}

/** The one way in which a library is written in rows, answers and the cache: `name@version`. */
export function formatLibrary({ name, version }: LibraryReference): string {
  return `${name}@${version}`;
}
