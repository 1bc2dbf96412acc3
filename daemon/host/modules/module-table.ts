import { fileURLToPath } from 'node:url';
import type { ImportKind, ModuleFile } from '../../../shared/ipc/module-messages.ts';
import { lexCommonJs, type CommonJsNames } from './cjs-names.ts';
import { hasModuleSyntax, lexModule, rewriteDynamicImports, type LexedModule } from './lex-source.ts';

/** A file as the daemon handed it over, and what the host made of it. */
export type HostFile = {
  readonly url: string;
  /** Without a `?query`. */
  readonly path: string;
  readonly format: 'module' | 'commonjs' | 'json';
  /** Whether the lexer may have something to say about its text. */
  readonly mentionsModules: boolean;
  /** Undefined once the isolate has it: asked for again when it is needed again. */
  source: string | undefined;
  /** The text of an ES module as V8 is to compile it, from its lexing until the isolate gets it. */
  code: string | undefined;
  lexed: LexedModule | undefined;
  names: CommonJsNames | undefined;
  /** CommonJS modules whose names this one passes on, once they were looked for. */
  passedOn: HostFile[] | undefined;
  readonly links: Map<string, string>;
  /** URLs of modules that imported this one, in whichever way. */
  readonly importers: Set<string>;
  /** Whether the isolate has a record of it. */
  given: boolean;
  /** Whether that has the export names of this CommonJS too, which it needs only when an ES module imports it. */
  areNamesTold: boolean;
};

/** What the key of such a link begins with. */
const REQUIRE = 'require ';

/** The modules that a host knows of one session. */
export class ModuleTable {
  readonly #files = new Map<string, HostFile>();
  /** What was imported from no file, by this execution: the REPL's input, and the file that runs. */
  readonly #rootLinks = new Map<string, string>();
  /** The file that runs as a script, where its links are known before it asks for them. */
  #script = '';
  readonly #scriptLinks = new Map<string, string>();

  readonly #isNoFile: (specifier: string) => boolean;

  /** @param isNoFile whether a specifier means something else than a file, whatever the folders have under its name */
  constructor(isNoFile: (specifier: string) => boolean) {
    this.#isNoFile = isNoFile;
  }

  /** The execution runs this file as a script. What it imports counts until the next one. */
  setScript(url: string): void {
    this.#script = url;
  }

  get(url: string): HostFile | undefined {
    return this.#files.get(url);
  }

  /** Takes over what the daemon sent; a file that is here already only gets its text back. */
  add({ url, format, source, links }: ModuleFile, mentionsModules: boolean): void {
    const known = this.#files.get(url);
    if (known !== undefined) {
      known.source = source;
      return;
    }
    const decided = format !== 'detect' ? format : mentionsModules && hasModuleSyntax(source) ? 'module' : 'commonjs';
    this.#files.set(url, {
      url,
      path: pathOf(url),
      format: decided,
      mentionsModules,
      source,
      code: undefined,
      lexed: undefined,
      names: undefined,
      passedOn: undefined,
      links: new Map(links.map(([kind, specifier, target]) => [`${kind} ${specifier}`, target])),
      importers: new Set(),
      given: false,
      areNamesTold: false,
    });
  }

  /** Notes what a specifier was found to mean; failures are not kept. */
  link(referrer: string, kind: ImportKind, specifier: string, url: string): void {
    this.#linksOf(referrer)?.set(`${kind} ${specifier}`, url);
  }

  /** Notes that one module really imports another, so that a change of this one concerns it. */
  imported(referrer: string, file: HostFile): void {
    if (this.#files.has(referrer)) file.importers.add(referrer);
  }

  /** Where a specifier leads, if that is known and the file is here. */
  linked(referrer: string, kind: ImportKind, specifier: string): HostFile | undefined {
    const url = this.#linksOf(referrer)?.get(`${kind} ${specifier}`);
    return url === undefined ? undefined : this.#files.get(url);
  }

  /**
   * Forgets changed files, and lets these, those to be `renewed` and all that imports them be loaded anew.
   * Returns the URLs of all.
   */
  invalidate(changed: readonly string[], renewed: readonly string[]): string[] {
    this.#rootLinks.clear();
    this.#scriptLinks.clear();
    const affected = new Set([...changed, ...renewed]);
    for (const url of affected) for (const importer of this.#files.get(url)?.importers ?? []) affected.add(importer);
    for (const url of affected) {
      const file = this.#files.get(url);
      if (file === undefined) continue;
      file.given = file.areNamesTold = false;
      file.passedOn = undefined;
      file.importers.clear();
    }
    for (const url of changed) this.#files.delete(url);
    return [...affected];
  }

  /** What the script seems to require, when it is this one. */
  requiredByScript(url: string): [specifier: string, target: HostFile][] {
    return url === this.#script ? this.#requiredIn(this.#scriptLinks) : [];
  }

  /** What a file seems to require, as far as it is here: specifiers and files. */
  requiredBy(file: HostFile): [specifier: string, target: HostFile][] {
    return this.#requiredIn(file.links);
  }

  #requiredIn(links: ReadonlyMap<string, string>): [specifier: string, target: HostFile][] {
    const found: [string, HostFile][] = [];
    for (const [link, url] of links) {
      const target = link.startsWith(REQUIRE) ? this.#files.get(url) : undefined;
      const specifier = link.slice(REQUIRE.length);
      if (target !== undefined && !this.#isNoFile(specifier)) found.push([specifier, target]);
    }
    return found;
  }

  #linksOf(referrer: string): Map<string, string> | undefined {
    if (referrer === '') return this.#rootLinks;
    return this.#files.get(referrer)?.links ?? (referrer === this.#script ? this.#scriptLinks : undefined);
  }

  /** What the isolate really has: answers to a guest that is being interrupted get lost. */
  reconcile(known: ReadonlySet<string>): void {
    for (const file of this.#files.values()) {
      if (!known.has(file.url)) file.given = false;
      file.areNamesTold = false;
    }
  }

  /** The isolate has dropped these by itself. */
  takeBack(urls: readonly string[]): void {
    for (const url of urls) {
      const file = this.#files.get(url);
      if (file !== undefined) file.given = file.areNamesTold = false;
    }
  }
}

/** Most URLs only have the scheme before the path; the exact way is slow for hundreds of files. */
function pathOf(url: string): string {
  return /[%?#\\]/.test(url) || process.platform === 'win32' ? fileURLToPath(url) : url.slice('file://'.length);
}

/** Whether the daemon has to be asked for the text once more before the isolate can have it. */
export function lacksText({ format, given, source, code }: HostFile): boolean {
  return format !== 'commonjs' && !given && source === undefined && code === undefined;
}

/** An ES module's imports; needs its text the first time. */
export function lexedOf(file: HostFile): LexedModule {
  if (file.lexed === undefined) lex(file);
  return file.lexed ?? { imports: [], usesImport: false };
}

/** A CommonJS module's export names; needs its text the first time. */
export function namesOf(file: HostFile): CommonJsNames {
  return (file.names ??= lexCommonJs(file.source ?? ''));
}

/** The text as V8 is to compile it. The host forgets it. */
export function takeText(file: HostFile): string {
  if (file.format === 'module' && file.code === undefined) lex(file);
  const { source = '', code = '' } = file;
  file.source = undefined;
  file.code = undefined;
  if (file.format === 'json') return source.replace(/^\uFEFF/, '');
  return file.format === 'commonjs' ? rewriteDynamicImports(source) : code;
}

function lex(file: HostFile): void {
  const { code, lexed } = lexModule(file.source ?? '');
  file.code = code;
  file.lexed = lexed;
  file.source = undefined;
}

/** The names that ES modules may import from CommonJS, with those that it passes on. */
export function allNames(file: HostFile, seen = new Set<HostFile>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const names = new Set([...namesOf(file).names, 'module.exports']);
  for (const other of file.passedOn ?? []) for (const name of allNames(other, seen)) names.add(name);
  names.delete('default');
  return [...names].filter((name) => name.isWellFormed());
}
