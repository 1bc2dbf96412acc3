import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RunMessage } from '../../../shared/ipc/host-messages.ts';
import { LoadFailure, LoadStopped, type Failure } from './load-failure.ts';
import { hasModuleSyntax, mentionsModules, prepareLexer, rewriteDynamicImports } from './lex-source.ts';
import type { ModuleHost } from './module-host.ts';
import { rewriteReplInput } from './rewrite-repl.ts';

/** What is really evaluated for a run. */
export type RunPlan = {
  source: string;
  /** How the script is called in stack traces, where that is not the file's URL. */
  name?: string;
  /** URL of the file, when it runs as a script that uses modules: tell the guest before. */
  script?: string;
  /** Whether the script may assign to `module.exports`, which then is its result. */
  mayExport: boolean;
};

/** Words whose meaning depends on the file that runs. */
const USES_MODULES = /\b(?:require|module|exports|import|__filename|__dirname)\b/;
/** Evaluates the file as a module; the frame of this one line is not the user's. */
const ENTRY_NAME = 'vm-system:entry';

/** REPL input with its imports rewritten. Input without any is ready at once: most is. */
export function planRepl(input: string): string | Promise<string> {
  return /\bimport\b/.test(input) ? prepareLexer().then(() => rewriteReplInput(input)) : input;
}

/**
 * A file is an ES module by its name or its syntax, and everything else a script: unlike in Node it is not wrapped into
 * a function, so that its last expression is the result and its variables stay in the session. Undefined: the run was
 * stopped meanwhile.
 */
export async function planFile(
  request: RunMessage,
  host: ModuleHost,
): Promise<RunPlan | { failure: Failure } | undefined> {
  try {
    return await plan(request, host);
  } catch (error) {
    // Its TypeScript cannot be stripped.
    if (error instanceof LoadFailure) return { failure: error.failure };
    if (error instanceof LoadStopped) return undefined;
    throw error;
  }
}

async function plan({ source, url = '', as_module }: RunMessage, host: ModuleHost): Promise<RunPlan> {
  const extension = extname(fileURLToPath(url));
  const isTypeScript = /^\.[cm]?ts$/.test(extension);
  const file = isTypeScript ? await host.read(url) : undefined;
  const text = file?.source ?? source;
  const lexing = mentionsModules(text) ? prepareLexer() : undefined;
  let isModule = as_module === true || /^\.(?:mjs|mts|json)$/.test(extension);
  // What is a module by its name is lexed later: the lexer gets ready while the daemon reads. Whoever needs it waits.
  if (isModule) lexing?.catch(() => undefined);
  else await lexing;
  isModule ||= !/^\.c[jt]s$/.test(extension) && hasModuleSyntax(text);
  if (isModule) {
    const entry = pathToFileURL(fileURLToPath(url)).href;
    host.setEntry(entry);
    return { source: `await \u012dmport.entry(${JSON.stringify(entry)})`, name: ENTRY_NAME, mayExport: false };
  }
  if (!USES_MODULES.test(text)) return { source: text, mayExport: false };
  host.setScript(url, text);
  return { source: rewriteDynamicImports(text), script: url, mayExport: /\bexports\b/.test(text) };
}
