import type { CodeLens } from 'vscode-languageserver-protocol';
import type { TextDocument } from 'vscode-languageserver-textdocument';

/** The editor's extension has this command; its argument is the document's URI. */
export const RUN_FILE_COMMAND = 'vmSystem.runFile';

const LANGUAGES = new Set(['javascript', 'typescript']);
const RUNNABLE_FILE = /^file:.*\.[cm]?[jt]s$/i;

/** "Run in session" above the first line of what can be run. */
export function codeLenses({ uri, languageId }: TextDocument, isBound: boolean): CodeLens[] {
  const isRunnable = isBound || RUNNABLE_FILE.test(uri) || (uri.startsWith('file:') && LANGUAGES.has(languageId));
  if (!isRunnable) return [];
  const start = { line: 0, character: 0 };
  const command = { title: 'Run in session', command: RUN_FILE_COMMAND, arguments: [uri] };
  return [{ range: { start, end: start }, command }];
}
