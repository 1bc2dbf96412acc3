import { parsePinnedLibrary } from '../catalogue/libraries.ts';
import type { SettingsBody, SettingsPatch } from '../model/settings.ts';
import type { TemplateDetail } from '../model/template.ts';
import { contentOf, TemplateFileError, type TemplateContent } from './template-file.ts';

/** One thing to change, as a person reads it and as the API is asked for it. */
export type TemplateChange = {
  /** Lines that start with `+`, `-` or `~`. */
  lines: string[];
  method: 'POST' | 'PATCH' | 'DELETE';
  /** Below /templates/{id}; empty for the template itself. */
  path: string;
  body?: unknown;
};

/**
 * What has to be asked for, in this order, to make a template what a file says. Nothing when it is so already.
 * Throws TemplateFileError when it cannot become so.
 */
export function templateChanges(current: TemplateDetail, wanted: TemplateContent): TemplateChange[] {
  const present = contentOf(current);
  if (present.engine !== wanted.engine) {
    throw new TemplateFileError(
      `the template's engine is ${present.engine} and cannot become ${wanted.engine}; use another name`,
    );
  }
  const startup = startupChanges(current, wanted);
  const capabilities = capabilityChanges(current, present, wanted);
  return [
    ...settingsChanges(present.settings, wanted.settings),
    // What goes, goes first; capabilities come after the modules that they are about.
    ...startup.removals,
    ...capabilities.removals,
    ...nameRemovals('module', 'modules', present.modules, wanted.modules),
    ...nameRemovals('library', 'libraries', names(present.libraries), names(wanted.libraries)),
    ...nameAdditions(present.modules, wanted.modules),
    ...libraryAdditions(present.libraries, wanted.libraries),
    ...capabilities.additions,
    ...startup.additions,
    ...activeChange(present.is_active, wanted.is_active),
  ];
}

function settingsChanges(present: SettingsBody, wanted: SettingsBody): TemplateChange[] {
  const lines: string[] = [];
  const body: Record<string, Record<string, unknown>> = {};
  for (const group of ['limits', 'resolver', 'runtime', 'retention'] as const) {
    const before: Record<string, unknown> = present[group];
    for (const [key, value] of Object.entries(wanted[group])) {
      if (isSame(before[key], value)) continue;
      lines.push(`~ settings.${group}.${key}: ${JSON.stringify(before[key])} → ${JSON.stringify(value)}`);
      (body[group] ??= {})[key] = value;
    }
  }
  const patch: SettingsPatch = body;
  return lines.length === 0 ? [] : [{ lines, method: 'PATCH', path: '/settings', body: patch }];
}

/** Files of one order_index run in the order in which they were added: a group that differs is made anew. */
function startupChanges(
  current: TemplateDetail,
  wanted: TemplateContent,
): { removals: TemplateChange[]; additions: TemplateChange[] } {
  const indexes = new Set([...current.startup_files, ...wanted.startup_files].map(({ order_index }) => order_index));
  const removals: TemplateChange[] = [];
  const additions: TemplateChange[] = [];
  for (const index of [...indexes].toSorted((a, b) => a - b)) {
    const before = current.startup_files.filter(({ order_index }) => order_index === index);
    const after = wanted.startup_files.filter(({ order_index }) => order_index === index);
    const plain = before.map(({ path, order_index, mode }) => ({ path, order_index, mode }));
    if (isSame(plain, after)) continue;
    for (const { id, path, mode } of before) {
      const lines = [`- startup file ${index} ${path} (${mode})`];
      removals.push({ lines, method: 'DELETE', path: `/startup-files/${id}` });
    }
    for (const file of after) {
      const lines = [`+ startup file ${index} ${file.path} (${file.mode})`];
      additions.push({ lines, method: 'POST', path: '/startup-files', body: file });
    }
  }
  return { removals, additions };
}

function capabilityChanges(
  current: TemplateDetail,
  present: TemplateContent,
  wanted: TemplateContent,
): { removals: TemplateChange[]; additions: TemplateChange[] } {
  type Named = { kind: string; name: string };
  const called = ({ kind, name }: Named): string => `${kind}:${name}`;
  const removals = current.capabilities
    .filter((capability) => !wanted.capabilities.some((each) => called(each) === called(capability)))
    .map((capability): TemplateChange => {
      const lines = [`- capability ${called(capability)}`];
      return { lines, method: 'DELETE', path: `/capabilities/${capability.id}` };
    });
  const additions = wanted.capabilities.flatMap((capability): TemplateChange[] => {
    const before = present.capabilities.find((each) => called(each) === called(capability));
    if (before !== undefined && isSame(before, capability)) return [];
    const state = ({ enabled, config }: typeof capability): string =>
      `${enabled ? 'enabled' : 'disabled'} ${JSON.stringify(config)}`;
    const name = called(capability);
    const line =
      before === undefined
        ? `+ capability ${name}: ${state(capability)}`
        : `~ capability ${name}: ${state(before)} → ${state(capability)}`;
    return [{ lines: [line], method: 'POST', path: '/capabilities', body: capability }];
  });
  return { removals, additions };
}

function nameRemovals(
  part: 'module' | 'library',
  parts: 'modules' | 'libraries',
  present: readonly string[],
  wanted: readonly string[],
): TemplateChange[] {
  return present
    .filter((name) => !wanted.includes(name))
    .map((name) => ({
      lines: [`- ${part} ${name}`],
      method: 'DELETE',
      path: `/${parts}/${encodeURIComponent(name)}`,
    }));
}

function nameAdditions(present: readonly string[], wanted: readonly string[]): TemplateChange[] {
  return wanted
    .filter((name) => !present.includes(name))
    .map((name) => ({ lines: [`+ module ${name}`], method: 'POST', path: '/modules', body: { name } }));
}

/** Adding a library in another version replaces it. */
function libraryAdditions(present: readonly string[], wanted: readonly string[]): TemplateChange[] {
  return wanted
    .filter((library) => !present.includes(library))
    .map((library) => {
      const { name, version } = parsePinnedLibrary(library) ?? { name: library, version: '' };
      const before = present.map(parsePinnedLibrary).find((each) => each?.name === name);
      const line = before === undefined ? `+ library ${library}` : `~ library ${name}: ${before.version} → ${version}`;
      return { lines: [line], method: 'POST', path: '/libraries', body: { name: library } };
    });
}

function activeChange(present: boolean, wanted: boolean): TemplateChange[] {
  if (present === wanted) return [];
  return [{ lines: [`~ is_active: ${present} → ${wanted}`], method: 'PATCH', path: '', body: { is_active: wanted } }];
}

function names(libraries: readonly string[]): string[] {
  return libraries.map((library) => parsePinnedLibrary(library)?.name ?? library);
}

/** Both sides come from `TemplateContent`, whose keys are in one order. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
