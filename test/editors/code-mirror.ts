import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Window } from 'happy-dom';
import type { CodeLens, Hover, MarkupContent } from 'vscode-languageserver-protocol';
import type { EditorReport } from './report.ts';

/**
 * CodeMirror with its own LSP client, in a browser without a screen: types into a document of a live session, and prints
 * what it saw. A process of its own, as the editor wants the browser's names in the global scope.
 */
const { VM_LAUNCHER = '', VM_FOLDER = '', VM_SESSION_ID: session_id = '' } = process.env;
const path = join(VM_FOLDER, 'a.js');
const uri = pathToFileURL(path).href;

const browser = new Window();
const names = ['document', 'getComputedStyle', 'MutationObserver', 'requestAnimationFrame', 'cancelAnimationFrame'];
for (const name of ['window', ...names]) {
  const value: unknown = name === 'window' ? browser : Reflect.get(browser, name);
  const isMethod = typeof value === 'function' && /^[a-z]/.test(name);
  Object.defineProperty(globalThis, name, { value: isMethod ? (value.bind(browser) as unknown) : value });
}
const { acceptCompletion, currentCompletions, startCompletion } = await import('@codemirror/autocomplete');
const { forEachDiagnostic } = await import('@codemirror/lint');
const { languageServerExtensions, LSPClient } = await import('@codemirror/lsp-client');
const { EditorState } = await import('@codemirror/state');
const { EditorView } = await import('@codemirror/view');

const daemon = spawn(VM_LAUNCHER, ['daemon', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
const client = new LSPClient({ timeout: 20_000, extensions: languageServerExtensions() });
const listeners = new Set<(message: string) => void>();
client.connect({
  send: (message) => daemon.stdin.write(`Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`),
  subscribe: (listener) => listeners.add(listener),
  unsubscribe: (listener) => listeners.delete(listener),
});
let bytes = Buffer.alloc(0);
daemon.stdout.on('data', (chunk: Buffer) => {
  bytes = Buffer.concat([bytes, chunk]);
  for (let body = nextBody(); body !== undefined; body = nextBody()) for (const listener of listeners) listener(body);
});

await client.initializing;
await client.request('vm/document/bind', { uri, session_id });
const saved = readFileSync(path, 'utf8');
const extensions = [client.plugin(uri, 'javascript')];
const parent = browser.document.body as unknown as never;
const view = new EditorView({ parent, state: EditorState.create({ doc: saved, extensions }) });

const end = view.state.doc.length;
type('config.');
const labels = (): string[] => currentCompletions(view.state).map(({ label }) => label);
for (let tries = 0; labels().length === 0; tries++) {
  // The list may have been empty, as an answer that would have been late is.
  if (tries % 20 === 0) startCompletion(view);
  if (tries === 400) throw new Error('waited in vain for completion');
  await delay(50);
}
const completion = labels();
// The editor takes no key for a list that has just come up, which may have been meant for something else.
await until(() => acceptCompletion(view));
if (view.state.sliceDoc(end) !== 'config.depth') throw new Error(`it typed ${view.state.sliceDoc(end)}`);
view.dispatch({ changes: { from: end, to: view.state.doc.length } });
client.sync();

const textDocument = { uri };
let hover: Hover | null = null;
await until(
  async () =>
    (hover = await ask<Hover | null>('textDocument/hover', { textDocument, position: { line: 0, character: 14 } })) !==
    null,
);
await ask('vm/execution/runFile', { session_id, path: 'a.js' });
await until(() => problems().length > 0);
const diagnostics = problems();
writeFileSync(path, '');
await ask('vm/execution/runFile', { session_id, path: 'a.js' });
await until(() => problems().length === 0);
const lenses = await ask<CodeLens[]>('textDocument/codeLens', { textDocument });

const ended = once(daemon, 'exit');
await client.request('shutdown', null);
client.notification('exit', null);
const [exitCode] = (await ended) as [number | null];
const report: EditorReport = {
  capabilities: client.serverCapabilities ?? {},
  completion,
  hover: ((hover as Hover | null)?.contents as MarkupContent).value,
  diagnostics,
  diagnosticsLater: problems().length,
  lenses: lenses.map(({ command }) => command?.title ?? ''),
  exitCode,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
view.destroy();
await browser.happyDOM.close();

function nextBody(): string | undefined {
  const header = bytes.indexOf('\r\n\r\n');
  const start = header + 4;
  const length = Number(/Content-Length: (\d+)/.exec(bytes.toString('latin1', 0, start))?.[1]);
  if (header === -1 || bytes.length < start + length) return undefined;
  const body = bytes.toString('utf8', start, start + length);
  bytes = bytes.subarray(start + length);
  return body;
}

function ask<T>(method: string, params: object): Promise<T> {
  return client.request<object, T>(method, params);
}

function type(text: string): void {
  const from = view.state.doc.length;
  const selection = { anchor: from + text.length };
  view.dispatch({ changes: { from, insert: text }, selection, userEvent: 'input.type' });
}

function problems(): EditorReport['diagnostics'] {
  const found: EditorReport['diagnostics'] = [];
  const at = (offset: number): { line: number; character: number } => {
    const line = view.state.doc.lineAt(offset);
    return { line: line.number - 1, character: offset - line.from };
  };
  forEachDiagnostic(view.state, ({ message }, from, to) => {
    found.push({ message, range: { start: at(from), end: at(to) } });
  });
  return found;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries === 400) throw new Error(`waited in vain for ${condition.toString()}`);
    await delay(50);
  }
}
