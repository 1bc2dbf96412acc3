import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { VariableNode } from '../../../extension/views/variable-tree.ts';
import { command, showView } from './reached.ts';
import { edit, runFile, theExtension, tidyUp, until, untilOutput } from './window.ts';

async function variable(name: string, inside?: VariableNode): Promise<VariableNode> {
  const { variableTree } = await theExtension();
  // A session on a busy machine may not answer in time: then nothing is shown until the next refresh.
  return until(`variable ${name}`, async () =>
    (await variableTree.getChildren(inside)).find((node) => node.variable.name === name),
  );
}

describe('the view of variables', () => {
  beforeEach(() => showView('vmSystem.variables'));
  afterEach(tidyUp);

  it('shows what the active session has, also inside, and what it is after the next run', async () => {
    const { variableTree } = await theExtension();
    await edit('vars.js', 'let config = { mode: "test", deep: { list: [10, 20] } };\nvar plain = "text";\n');
    await runFile('vars.js');
    const config = await variable('config');
    const item = variableTree.getTreeItem(config);
    assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    const list = await variable('list', await variable('deep', config));
    assert.equal((await variable('1', list)).variable.preview, '20');
    const plain = variableTree.getTreeItem(await variable('plain'));
    assert.equal(plain.description, '"text"');
    assert.equal(plain.collapsibleState, vscode.TreeItemCollapsibleState.None);

    await edit('entries.js', 'var ages = new Map([["ann", { years: 7 }]]); var seen = new Set(["x"]);\n');
    await runFile('entries.js');
    const ann = await variable('[[0]]', await variable('ages'));
    assert.equal(variableTree.getTreeItem(ann).label, '"ann" =>');
    assert.equal((await variable('years', ann)).variable.preview, '7');
    assert.equal(variableTree.getTreeItem(await variable('[[0]]', await variable('seen'))).label, '0');

    let refreshed = 0;
    const subscription = variableTree.onDidChangeTreeData(() => (refreshed += 1));
    await edit('change.js', 'plain = "changed";\n');
    await runFile('change.js');
    await until('refresh', () => refreshed > 0);
    subscription.dispose();
    await until('new value', async () => (await variable('plain')).variable.preview === 'changed');
  });

  it('copies a value, inspects it in the output, and reads again when asked', async () => {
    await edit('inspect.js', 'var nested = { first: { second: { third: "deep down" } } };\n');
    await runFile('inspect.js');
    const nested = await variable('nested');
    await command('vmSystem.copyValue', nested);
    assert.match(await vscode.env.clipboard.readText(), /first/);
    await command('vmSystem.inspectVariable', nested);
    await untilOutput(/ {6}third: "deep down"/);
    const { variableTree } = await theExtension();
    let refreshed = false;
    const subscription = variableTree.onDidChangeTreeData(() => (refreshed = true));
    await command('vmSystem.refreshVariables');
    subscription.dispose();
    assert.ok(refreshed);
  });
});
