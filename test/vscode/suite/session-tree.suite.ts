import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Execution } from '../../../shared/model/execution.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { SessionNode, SessionTreeNode } from '../../../extension/views/session-tree.ts';
import { answering } from './answers.ts';
import { command, showView } from './reached.ts';
import { activeText, edit, file, runFile, theExtension, tidyUp, until } from './window.ts';

/** Nodes of one kind below a node, as the view asks for them. */
async function below<K extends SessionTreeNode['kind']>(
  kind: K,
  node?: SessionTreeNode,
): Promise<Extract<SessionTreeNode, { kind: K }>[]> {
  const { sessionTree } = await theExtension();
  const nodes = await sessionTree.getChildren(node);
  return nodes.filter((each): each is Extract<SessionTreeNode, { kind: K }> => each.kind === kind);
}

/** The session's node, wherever in the tree. */
async function nodeOf(id: string): Promise<SessionNode> {
  const groups = await below('group');
  const lists = await Promise.all([undefined, ...groups].map((group) => below('session', group)));
  const node = lists.flat().find(({ session }) => session.id === id);
  assert.ok(node, `the tree has no session ${id}`);
  return node;
}

async function itemOf(node: SessionTreeNode): Promise<vscode.TreeItem> {
  return (await theExtension()).sessionTree.getTreeItem(node);
}

describe('the tree of sessions', () => {
  beforeEach(() => showView('vmSystem.sessions'));
  afterEach(tidyUp);

  it('shows sessions with their executions, newest first, and the events of those', async () => {
    await edit('shown.js', 'console.log("one");\n({ answer: 42 });\n');
    const { session_id } = await runFile('shown.js');
    await command('vmSystem.runFile', file('shown.js'));
    const node = await nodeOf(session_id);
    const item = await itemOf(node);
    assert.match(String(item.description), /ready · active/);
    assert.equal(item.contextValue, 'session-ready');
    const executions = await below('execution', node);
    assert.equal(executions.length, 2);
    const [newest] = executions;
    const shown = await itemOf(newest!);
    assert.equal(shown.label, 'shown.js');
    assert.match(String(shown.description), /\{ answer: 42 \}/);
    const events = await below('event', newest);
    assert.deepEqual(
      events.map(({ event }) => event.type),
      ['input_echo', 'console', 'value'],
    );
  });

  it('makes, restarts, stops, chooses and closes sessions', async () => {
    await edit('state.js', 'globalThis.state = 1;\n');
    const { session_id } = await runFile('state.js');
    const second = await command<Session>('vmSystem.newSession');
    assert.ok(second);
    const { active, state } = await theExtension();
    assert.equal(active.current()?.id, second.id, 'the new one is used from now on');

    await answering([session_id.slice(-6)], () => command('vmSystem.selectSession'));
    assert.equal(active.current()?.id, session_id);

    const node = await nodeOf(session_id);
    await edit('loop.js', 'for (;;) ;\n');
    const looping = command<Execution>('vmSystem.runInSession', node);
    await until('running session', () => state.running(session_id));
    assert.equal((await itemOf(await nodeOf(session_id))).contextValue, 'session-running');
    await command('vmSystem.interrupt', node);
    assert.equal((await looping)?.status, 'cancelled');

    await command('vmSystem.restartSession', node);
    await edit('typeof.js', 'typeof state;\n');
    assert.equal((await command<Execution>('vmSystem.runInSession', node))?.result?.preview, 'undefined');

    await command('vmSystem.closeSession', node);
    await until('closed session', () => state.session(session_id)?.status === 'closed');
    assert.equal((await itemOf(await nodeOf(session_id))).contextValue, 'session-closed');
    await until('use of the other one', () => active.current()?.id === second.id);
  });

  it('copies ids, opens files and inputs, and shows events as a document', async () => {
    const editor = await edit('history.js', 'console.log("from history");\n');
    editor.selection = new vscode.Selection(0, 0, 0, 28);
    const snippet = await command<Execution>('vmSystem.runSelection');
    const run = await runFile('history.js');
    const node = await nodeOf(run.session_id);
    const [fileNode, replNode] = await below('execution', node);
    await command('vmSystem.copyId', fileNode);
    assert.equal(await vscode.env.clipboard.readText(), run.id);
    await command('vmSystem.copyId', node);
    assert.equal(await vscode.env.clipboard.readText(), run.session_id);

    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await command('vmSystem.openFile', fileNode);
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), file('history.js').toString());

    await command('vmSystem.openInput', replNode);
    assert.equal(activeText(), snippet?.input);

    await command('vmSystem.showEvents', node);
    const text = activeText();
    assert.equal(text.match(/\[info\] {2}from history/g)?.length, 2);
    await command('vmSystem.showEvents', fileNode);
    assert.equal(activeText().match(/from history/g)?.length, 1);
  });

  it('runs again what ran before', async () => {
    await edit('again.js', 'globalThis.times = (globalThis.times ?? 0) + 1;\n');
    const first = await runFile('again.js');
    const [node] = await below('execution', await nodeOf(first.session_id));
    const second = await command<Execution>('vmSystem.rerunExecution', node);
    assert.equal(second?.result?.preview, '2');
    assert.notEqual(second.id, first.id);
  });

  it('compares two results', async () => {
    await edit('before.js', '({ name: "x", size: 1 });\n');
    const before = await runFile('before.js');
    await edit('after.js', '({ name: "x", size: 2 });\n');
    const after = await runFile('after.js');
    const nodes = await below('execution', await nodeOf(after.session_id));
    await command(
      'vmSystem.selectForCompare',
      nodes.find(({ execution }) => execution.id === before.id),
    );
    await command(
      'vmSystem.compareResults',
      nodes.find(({ execution }) => execution.id === after.id),
    );
    const diff = await until('diff', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff && input;
    });
    const texts = await Promise.all(
      [diff.original, diff.modified].map(async (uri) => (await vscode.workspace.openTextDocument(uri)).getText()),
    );
    assert.match(texts[0]!, /"size": 1/);
    assert.match(texts[1]!, /"size": 2/);
  });

  it('shows long lists in pages', async () => {
    const { client } = await theExtension();
    await edit('many.js', '1;\n');
    const { session_id } = await runFile('many.js');
    for (let i = 0; i < 30; i += 1) await client.request('vm/execution/repl', { session_id, input: `${i}` });
    const node = await nodeOf(session_id);
    assert.equal((await below('execution', node)).length, 25);
    const [more] = await below('more', node);
    assert.ok(more);
    await command('vmSystem.showMore', more);
    assert.equal((await below('execution', node)).length, 31);
    assert.equal((await below('more', node)).length, 0);
  });
});
