import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Template } from '../../../shared/model/template.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { TemplateTreeNode } from '../../../extension/views/template-tree.ts';
import { answering } from './answers.ts';
import { command, showView, withSetting } from './reached.ts';
import { edit, runFile, theExtension, tidyUp, until } from './window.ts';

type Kind = TemplateTreeNode['kind'];

async function nodes<K extends Kind>(
  kind: K,
  node?: TemplateTreeNode,
): Promise<Extract<TemplateTreeNode, { kind: K }>[]> {
  const { templateTree } = await theExtension();
  const all = await templateTree.getChildren(node);
  return all.filter((each): each is Extract<TemplateTreeNode, { kind: K }> => each.kind === kind);
}

async function templateNode(name: string): Promise<Extract<TemplateTreeNode, { kind: 'template' }>> {
  return until(`template ${name}`, async () =>
    (await nodes('template')).find(({ template }) => template.name === name),
  );
}

async function partOf(name: string, part: string): Promise<Extract<TemplateTreeNode, { kind: 'parts' }>> {
  const parts = await nodes('parts', await templateNode(name));
  const found = parts.find((each) => each.part === part);
  assert.ok(found, `the template has no ${part}`);
  return found;
}

async function limitOf(name: string, limit: string): Promise<Extract<TemplateTreeNode, { kind: 'limit' }>> {
  const limits = await nodes('limit', await partOf(name, 'limits'));
  const found = limits.find((each) => each.name === limit);
  assert.ok(found, `the template has no limit ${limit}`);
  return found;
}

async function make(name: string): Promise<Template> {
  let made: Template | undefined;
  await answering([name], async () => {
    made = await command<Template>('vmSystem.newTemplate');
  });
  assert.ok(made);
  return made;
}

async function remove(name: string): Promise<void> {
  const node = await templateNode(name);
  await answering(['Delete'], () => command('vmSystem.deleteTemplate', node));
  await until('end of the template', async () =>
    (await nodes('template')).every(({ template }) => template.name !== name),
  );
}

describe('the tree of templates', () => {
  beforeEach(() => showView('vmSystem.templates'));
  afterEach(tidyUp);

  it('makes, renames and deletes templates', async () => {
    await make('drafts');
    const node = await templateNode('drafts');
    await answering(['final'], () => command('vmSystem.renameTemplate', node));
    await command('vmSystem.copyId', await templateNode('final'));
    assert.equal(await vscode.env.clipboard.readText(), node.template.id);
    await answering([undefined], () => command('vmSystem.deleteTemplate', node));
    await templateNode('final');
    await remove('final');
  });

  it('changes a limit, which new sessions have', async () => {
    await make('hasty');
    const wall = await limitOf('hasty', 'wall_ms');
    await assert.rejects(
      answering(['soon'], () => command('vmSystem.editLimit', wall)).then((asked) => {
        const [, error] = asked;
        throw new Error(error?.question);
      }),
      /A whole number from 1 to/,
    );
    await answering(['300'], () => command('vmSystem.editLimit', wall));
    assert.equal((await limitOf('hasty', 'wall_ms')).value, 300);
    await command<Session>('vmSystem.newSession', await templateNode('hasty'));
    await edit('slow.js', 'for (;;) ;\n');
    const slow = await runFile('slow.js');
    assert.equal(slow.status, 'timeout');
    await remove('hasty');
  });

  it('adds startup files, modules and libraries, and takes them away', async () => {
    await edit('boot.js', 'var booted = true;\n');
    await make('full');
    const startup = await partOf('full', 'startup-files');
    await answering(['boot.js', 'Run as a script'], () => command('vmSystem.addStartupFile', startup));
    const [boot] = await nodes('startup-file', startup);
    assert.equal(boot?.file.path, 'boot.js');

    const modules = await partOf('full', 'modules');
    const asked = await answering(['f'], () => command('vmSystem.addModule', modules));
    assert.ok(asked[0]!.items.length > 0, 'there are host modules to choose from');
    const [module] = await nodes('module', modules);
    assert.ok(module);

    const libraries = await partOf('full', 'libraries');
    const offered = await answering([undefined], () => command('vmSystem.addLibrary', libraries));
    assert.ok(offered[0]!.items.length > 1, 'there are libraries to choose from');

    for (const node of [boot, module]) await command('vmSystem.removeTemplatePart', node);
    assert.deepEqual(await nodes('startup-file', startup), []);
    assert.deepEqual(await nodes('module', modules), []);
    await remove('full');
  });

  it('makes sessions from the template of the setting, and says when there is none', async () => {
    await make('chosen');
    await edit('which.js', '1;\n');
    const { Workspace } = vscode.ConfigurationTarget;
    await withSetting('vmSystem.defaultTemplate', 'chosen', Workspace, async () => {
      const { session_id } = await runFile('which.js');
      const { state } = await theExtension();
      assert.equal(state.templateNameOf(session_id), 'chosen');
    });
    await tidyUp();
    await withSetting('vmSystem.defaultTemplate', 'missing', Workspace, async () => {
      const asked = await answering([undefined], () => command('vmSystem.newSession'));
      assert.match(asked[0]?.question ?? '', /no template "missing"/);
    });
    await remove('chosen');
  });

  it('asks once which template a folder uses', async () => {
    await make('first choice');
    await make('second choice');
    await edit('asked.js', '1;\n');
    const { state } = await theExtension();
    const asked = await answering(['second choice'], async () => {
      const { session_id } = await runFile('asked.js');
      assert.equal(state.templateNameOf(session_id), 'second choice');
    });
    assert.equal(asked.length, 1);
    await tidyUp();
    const again = await answering([], async () => {
      const { session_id } = await runFile('asked.js');
      assert.equal(state.templateNameOf(session_id), 'second choice');
    });
    assert.deepEqual(again, []);
    await remove('first choice');
    await remove('second choice');
  });
});
