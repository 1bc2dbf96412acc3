import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { parseLibraryName, pinnedLibrary, formatLibrary, libraryName } from '../catalogue/libraries.ts';
import { DEFAULT_SETTINGS, SettingsPatch, type SettingsBody } from '../model/settings.ts';
import {
  AddCapability,
  AddStartupFile,
  ENGINES,
  TemplateName,
  type Capability,
  type StartupFile,
  type TemplateDetail,
} from '../model/template.ts';

/** Raised when a file of this version means something else to an older program; older programs refuse newer files. */
export const TEMPLATE_FORMAT = 1;

const strict = { additionalProperties: false } as const;
const Names = Type.Array(Type.String({ minLength: 1, maxLength: 320 }), { uniqueItems: true });

/** A template in a file. What it leaves out has its default: the file says all that there is to say. */
export const TemplateFile = Type.Object(
  {
    template_format: Type.Literal(TEMPLATE_FORMAT),
    name: TemplateName,
    engine: Type.Optional(Type.Enum(ENGINES)),
    is_active: Type.Optional(Type.Boolean()),
    settings: Type.Optional(Type.Object(SettingsPatch.properties, strict)),
    modules: Type.Optional(Names),
    libraries: Type.Optional(Names),
    capabilities: Type.Optional(Type.Array(AddCapability)),
    startup_files: Type.Optional(Type.Array(AddStartupFile)),
  },
  strict,
);
export type TemplateFile = Static<typeof TemplateFile>;

/** All of a template that is its own, in one form whatever it was read from: nothing left out, everything in order. */
export type TemplateContent = {
  name: string;
  engine: string;
  is_active: boolean;
  settings: SettingsBody;
  modules: string[];
  libraries: string[];
  capabilities: Omit<Capability, 'id' | 'vm_id'>[];
  startup_files: Omit<StartupFile, 'id' | 'vm_id'>[];
};

/** The file is not what a template file has to be; the message says where. */
export class TemplateFileError extends Error {
  override readonly name = 'TemplateFileError';
}

/** Reads a file's text. Throws TemplateFileError. */
export function readTemplateFile(text: string): TemplateContent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new TemplateFileError(`it is not JSON: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
  requireFormat(parsed);
  if (!Value.Check(TemplateFile, parsed)) throw new TemplateFileError(firstProblem(parsed));
  return contentOfFile(parsed);
}

/** The file of a template, to be written as JSON: the same template always gives the same text. */
export function templateFileOf(detail: TemplateDetail): TemplateFile {
  const { engine, ...content } = contentOf(detail);
  const { name, ...rest } = content;
  return { template_format: TEMPLATE_FORMAT, name, engine: engine as (typeof ENGINES)[number], ...rest };
}

/** What a template consists of. */
export function contentOf({ template, settings, capabilities, startup_files }: TemplateDetail): TemplateContent {
  const { limits, resolver, runtime, retention } = settings;
  return normalize({
    name: template.name,
    engine: template.engine,
    is_active: template.is_active,
    settings: { limits, resolver, runtime, retention },
    modules: template.exposed_modules,
    libraries: template.libraries,
    capabilities: capabilities.map(({ kind, name, enabled, config }) => ({ kind, name, enabled, config })),
    startup_files: startup_files.map(({ path, order_index, mode }) => ({ path, order_index, mode })),
  });
}

function contentOfFile(file: TemplateFile): TemplateContent {
  const { settings = {}, capabilities = [], startup_files = [] } = file;
  const content = normalize({
    name: file.name,
    engine: file.engine ?? ENGINES[0],
    is_active: file.is_active ?? true,
    settings: withDefaults(settings),
    modules: file.modules ?? [],
    libraries: (file.libraries ?? []).map(pin),
    capabilities: capabilities.map(({ kind, name, enabled = true, config = {} }) => ({ kind, name, enabled, config })),
    startup_files: startup_files.map(({ path, order_index = 0, mode = 'eval' }) => ({ path, order_index, mode })),
  });
  requireOnce(
    content.libraries.map((library) => libraryName(library) ?? library),
    'library',
  );
  requireOnce(
    content.capabilities.map(({ kind, name }) => `${kind}:${name}`),
    'capability',
  );
  return content;
}

/**
 * Sets are sorted, and so are keys, so that the text does not depend on how a template came about. Startup files keep
 * their order among equals, which is the order in which they run.
 */
function normalize(content: TemplateContent): TemplateContent {
  const { settings, modules, libraries, capabilities, startup_files } = content;
  return {
    ...content,
    settings: withDefaults(settings),
    modules: modules.toSorted(),
    libraries: libraries.toSorted(),
    capabilities: capabilities
      .map((capability) => ({ ...capability, config: sortKeys(capability.config) as Record<string, unknown> }))
      .toSorted((a, b) => compare(`${a.kind}:${a.name}`, `${b.kind}:${b.name}`)),
    startup_files: startup_files.toSorted((a, b) => a.order_index - b.order_index),
  };
}

/** All settings, in the order of the defaults. */
function withDefaults({ limits, resolver, runtime, retention }: SettingsPatch): SettingsBody {
  return {
    limits: { ...DEFAULT_SETTINGS.limits, ...limits },
    resolver: { ...DEFAULT_SETTINGS.resolver, ...resolver },
    runtime: { ...DEFAULT_SETTINGS.runtime, isolation: 'process', ...runtime },
    retention: { ...DEFAULT_SETTINGS.retention, ...retention },
  };
}

/** A file in which "newest" means something else next week would not be the template's. */
function pin(text: string): string {
  const request = parseLibraryName(text);
  const pinned = request && pinnedLibrary(request);
  if (pinned !== undefined) return formatLibrary(pinned);
  throw new TemplateFileError(`libraries: "${text}" names no exact version; write for example lodash@4.17.21`);
}

function requireFormat(parsed: unknown): void {
  const format = (parsed as { template_format?: unknown } | null)?.template_format;
  if (typeof format !== 'number' || format <= TEMPLATE_FORMAT) return;
  throw new TemplateFileError(
    `its template_format is ${format}, and this program knows ${TEMPLATE_FORMAT}: update vm-system`,
  );
}

function requireOnce(names: readonly string[], what: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TemplateFileError(`the ${what} "${twice}" is there twice`);
}

function firstProblem(parsed: unknown): string {
  const [problem] = Value.Errors(TemplateFile, parsed);
  if (problem === undefined) return 'it is no template file';
  const { instancePath, message, keyword } = problem;
  const place = instancePath === '' ? 'the file' : instancePath.slice(1).replaceAll('/', '.');
  // What additionalProperties refuses is reported as a value that nothing is allowed to be.
  return keyword === 'boolean' ? `${place} is not known` : `${place} ${message}`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).toSorted(([a], [b]) => compare(a, b));
  return Object.fromEntries(sorted.map(([key, each]) => [key, sortKeys(each)]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
