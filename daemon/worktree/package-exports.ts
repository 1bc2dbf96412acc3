/** A package.json's `exports` or `imports` answer: a path within the package, another package's name, or why not. */
export type PackageTarget =
  { path: string } | { specifier: string } | { why: 'not_defined' | 'invalid'; target?: string };

type Match = { target: unknown; star: string | undefined };

/**
 * Node's PACKAGE_EXPORTS_RESOLVE: what `subpath` ("." or "./x") of a package leads to.
 * @param field the package.json's `exports`, as it was read: anything may be in it
 */
export function resolveExports(field: unknown, subpath: string, conditions: ReadonlySet<string>): PackageTarget {
  const isMap = isObject(field) && Object.keys(field).some((key) => key.startsWith('.'));
  const match = isMap ? find(field, subpath) : subpath === '.' ? { target: field, star: undefined } : undefined;
  return settle(match, conditions, false);
}

/** Node's PACKAGE_IMPORTS_RESOLVE: what `#name` means inside a package that has an `imports` field. */
export function resolveImports(field: unknown, name: string, conditions: ReadonlySet<string>): PackageTarget {
  return settle(isObject(field) ? find(field, name) : undefined, conditions, true);
}

function settle(match: Match | undefined, conditions: ReadonlySet<string>, mayLeave: boolean): PackageTarget {
  const found = match === undefined ? undefined : resolveTarget(match.target, match.star, conditions, mayLeave);
  return found ?? { why: 'not_defined' };
}

/** The exact key, else the pattern with the longest text before its star. */
function find(map: Readonly<Record<string, unknown>>, key: string): Match | undefined {
  if (Object.hasOwn(map, key) && !key.includes('*') && !key.endsWith('/')) return { target: map[key], star: undefined };
  let best: { pattern: string; prefix: string; suffix: string } | undefined;
  for (const pattern of Object.keys(map)) {
    const [prefix = '', suffix, ...more] = pattern.split('*');
    if (suffix === undefined || more.length > 0) continue;
    if (key.length < pattern.length || !key.startsWith(prefix) || !key.endsWith(suffix)) continue;
    const isBetter = best === undefined || prefix.length > best.prefix.length;
    if (isBetter || (prefix.length === best?.prefix.length && pattern.length > best.pattern.length)) {
      best = { pattern, prefix, suffix };
    }
  }
  if (best === undefined) return undefined;
  return { target: map[best.pattern], star: key.slice(best.prefix.length, key.length - best.suffix.length) };
}

/** Undefined: no condition fits, and what stands next may be tried. Null in the map ends the search. */
function resolveTarget(
  target: unknown,
  star: string | undefined,
  conditions: ReadonlySet<string>,
  mayLeave: boolean,
): PackageTarget | undefined {
  if (typeof target === 'string') return checkTarget(target, star, mayLeave);
  if (target === null) return { why: 'not_defined' };
  if (Array.isArray(target)) return firstValid(target, star, conditions, mayLeave);
  if (!isObject(target)) return { why: 'invalid' };
  for (const [condition, inner] of Object.entries(target)) {
    if (condition !== 'default' && !conditions.has(condition)) continue;
    const found = resolveTarget(inner, star, conditions, mayLeave);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Entries that cannot be used are passed over; the last failure stands when all are. */
function firstValid(
  targets: readonly unknown[],
  star: string | undefined,
  conditions: ReadonlySet<string>,
  mayLeave: boolean,
): PackageTarget | undefined {
  let last: PackageTarget | undefined;
  for (const each of targets) {
    const found = resolveTarget(each, star, conditions, mayLeave);
    if (found !== undefined && !('why' in found)) return found;
    last = found ?? last;
  }
  return last;
}

function checkTarget(target: string, star: string | undefined, mayLeave: boolean): PackageTarget {
  const filled = star === undefined ? target : target.replaceAll('*', () => star);
  if (!target.startsWith('./')) {
    const isName = mayLeave && !target.startsWith('../') && !target.startsWith('/') && !/^[a-z]+:\/\//i.test(target);
    return isName ? { specifier: filled } : { why: 'invalid', target };
  }
  const segments = filled.slice(2).split(/[/\\]|%2f|%5c/i);
  const leaves = segments.some((segment) => ['.', '..', 'node_modules'].includes(segment.replaceAll(/%2e/gi, '.')));
  return leaves ? { why: 'invalid', target } : { path: filled };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
