import assert from 'node:assert/strict';
import type { CodeLens, CompletionList, Hover } from 'vscode-languageserver-protocol';
import { SharedFolder } from '../process/shared-daemon.ts';
import { Editor } from './editor.ts';

const LINES = 300;
/** Works, waits and prints by turns, so that questions come at every moment of a run; says in the end what somebody else did. */
const FILE = `globalThis.touched = 0;
globalThis.trap = new Proxy({ mode: 'test' }, { get() { touched++; return 'got' }, has() { touched++; return true }, ownKeys() { touched++; return [] } });
for (let i = 0; i < ${LINES}; i++) {
  console.log(i);
  for (const end = Date.now() + 2; Date.now() < end;);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
console.log('touched', touched);
export {};
`;

describe('editors that ask while a file runs', function () {
  this.timeout(60_000);
  let folder: SharedFolder;
  beforeEach(async () => {
    folder = await SharedFolder.make();
  });
  afterEach(() => folder.remove());

  it('get an answer in time or none, and diagnostics at once; the run does not notice', async () => {
    const client = await folder.client();
    const editor = await Editor.open(client, await folder.session(client));
    await editor.repl("globalThis.config = { mode: 'test' }");
    await editor.save('broken.js', 'throw new Error("broken")');
    await editor.run('broken.js');
    await editor.save('long.js', FILE);
    await editor.show('a.js', 'config.mode\ntrap.mode');

    let hasEnded = false;
    const run = editor.run('long.js').finally(() => (hasEnded = true));
    const isRunning = (): boolean => !hasEnded;
    const { rpc } = editor;
    await rpc.hear('vm/execution/changed', ({ execution }) => execution.path === 'long.js');
    await editor.show('broken.js', 'throw new Error("broken")');
    await editor.waitForDiagnostics('broken.js', 1);
    assert.ok(isRunning(), 'the diagnostics came while the file ran');

    const times: number[] = [];
    const timed = async <T>(answer: Promise<T>): Promise<T> => {
      const start = performance.now();
      const value = await answer;
      times.push(performance.now() - start);
      return value;
    };
    while (isRunning()) {
      const position = { line: 0, character: 9 };
      checkCompletion(await timed(editor.completion(position)));
      checkHover(await timed(editor.hover(position)));
      // Whatever is shown of it, its traps are not run.
      await timed(editor.completion({ line: 1, character: 7 }));
      await timed(editor.hover({ line: 1, character: 7 }));
      checkLenses(await timed(editor.codeLenses()));
    }
    const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Infinity;
    assert.ok(median < 50, `median of ${times.length} answers: ${median} ms`);

    const { status, events } = await run;
    assert.equal(status, 'ok');
    const lines = events.filter(({ type }) => type === 'console').map(({ payload }) => payload['text']);
    assert.deepEqual(lines, [...Array.from({ length: LINES }, (_, index) => String(index)), 'touched 0']);
  });
});

function checkCompletion({ isIncomplete, items }: CompletionList): void {
  if (isIncomplete && items.length === 0) return;
  assert.equal(items[0]?.label, 'mode');
}

function checkHover(hover: Hover | null): void {
  if (hover !== null) assert.match(JSON.stringify(hover.contents), /config\.mode: string = 'test'/);
}

function checkLenses(lenses: CodeLens[]): void {
  assert.deepEqual(
    lenses.map(({ command }) => command?.title),
    ['Run in session'],
  );
}
