import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Execution } from '../../../shared/model/execution.ts';
import type { SessionTreeNode } from '../../../extension/views/session-tree.ts';
import { command, showView } from './reached.ts';
import { edit, file, outputText, theExtension, tidyUp, until } from './window.ts';

/** Answers of the tree take some milliseconds; a machine that has much else to do gets more. */
const TREE_MS = 2_000;

/** The longest that everything else in the editor's host had to wait. */
const LAG_MS = 2_000;

const LINES = 50_000;

async function timed(node?: SessionTreeNode): Promise<SessionTreeNode[]> {
  const { sessionTree } = await theExtension();
  const started = performance.now();
  const nodes = await sessionTree.getChildren(node);
  const items = nodes.map((each) => sessionTree.getTreeItem(each));
  assert.equal(items.length, nodes.length);
  const took = performance.now() - started;
  assert.ok(took < TREE_MS, `${Math.round(took)} ms for ${nodes.length} nodes`);
  return nodes;
}

describe('a daemon that was used for long', () => {
  afterEach(tidyUp);

  it('is shown in pages, each of them at once', async () => {
    const { state } = await theExtension();
    await showView('vmSystem.sessions');
    await until('sessions', () => state.sessions.length === 1_000);
    const groups = await timed();
    assert.deepEqual(
      groups.map((node) => node.kind),
      ['group', 'group'],
    );
    for (const group of groups) {
      const nodes = await timed(group);
      assert.equal(nodes.length, 51);
      const [session] = nodes;
      assert.ok(session);
      const executions = await timed(session);
      assert.equal(executions.length, 10);
      assert.equal((await timed(executions[0])).length, 2);
      const more = nodes.at(-1);
      assert.equal(more?.kind, 'more');
      await command('vmSystem.showMore', more);
      assert.equal((await timed(group)).length, 101);
    }
  });

  it('writes fifty thousand lines into the channel, all of them, and the editor stays responsive', async () => {
    const text = `for (let i = 0; i < ${LINES}; i += 1) console.log("line " + i + " of many");\n`;
    await edit('flood.js', text);
    await command('vmSystem.showOutput');
    let lag = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      const now = performance.now();
      lag = Math.max(lag, now - last - 20);
      last = now;
    }, 20);
    const started = performance.now();
    const flood = await command<Execution>('vmSystem.runFile', file('flood.js'));
    assert.equal(flood?.status, 'ok');
    await until('end in the channel', () => /\[done\] +ok/.test(outputText().slice(-500)));
    clearInterval(watch);
    const shown = outputText().match(/line \d+ of many$/gm) ?? [];
    assert.equal(shown.length, LINES);
    assert.equal(new Set(shown).size, LINES);
    console.log(`${LINES} lines in ${Math.round(performance.now() - started)} ms, longest wait ${Math.round(lag)} ms`);
    assert.ok(lag < LAG_MS, `the extension host stood still for ${Math.round(lag)} ms`);
    const editor = await vscode.window.showTextDocument(file('flood.js'));
    assert.ok(await editor.edit((builder) => { builder.insert(new vscode.Position(0, 0), '// still here\n'); })); // prettier-ignore
  });
});
