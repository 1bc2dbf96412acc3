import * as vscode from 'vscode';
import type { StartupMode, Template } from '../../shared/model/template.ts';
import { currentFolder, pathWithin } from '../folders.ts';
import type { Parts } from '../parts.ts';
import type { LimitNode, PartsNode, RemovableNode, TemplateNode } from '../views/template-tree.ts';
import { askSetting } from './ask-setting.ts';
import type { Commands } from './register-commands.ts';

/** Files that may be startup files; more than this are not offered, the picker would be of no use. */
const OFFERED_FILES = 2_000;

/** Everything that changes templates; the tree redraws itself when the daemon tells of the change. */
export function templateCommands(parts: Parts): Commands {
  return {
    'vmSystem.newTemplate': () => newTemplate(parts),
    'vmSystem.renameTemplate': (node) => rename(parts, (node as TemplateNode).template),
    'vmSystem.deleteTemplate': (node) => remove(parts, (node as TemplateNode).template),
    'vmSystem.editLimit': (node) => editSetting(parts, node as LimitNode),
    'vmSystem.addStartupFile': (node) => addStartupFile(parts, (node as PartsNode).template),
    'vmSystem.addModule': (node) => addModule(parts, (node as PartsNode).template),
    'vmSystem.addLibrary': (node) => addLibrary(parts, (node as PartsNode).template),
    'vmSystem.removeTemplatePart': (node) => removePart(parts, node as RemovableNode),
  };
}

async function newTemplate({ client }: Parts): Promise<Template | undefined> {
  const name = await askName('Name of the new template', '');
  return name === undefined ? undefined : client.request('vm/template/create', { name });
}

async function rename({ client }: Parts, { id, name }: Template): Promise<Template | undefined> {
  const renamed = await askName(`New name of the template "${name}"`, name);
  return renamed === undefined ? undefined : client.request('vm/template/update', { template_id: id, name: renamed });
}

async function askName(title: string, value: string): Promise<string | undefined> {
  const validateInput = (text: string): string | undefined =>
    text.trim() === '' ? 'A template has a name.' : undefined;
  return (await vscode.window.showInputBox({ title, value, validateInput }))?.trim();
}

async function remove({ client }: Parts, { id, name }: Template): Promise<unknown> {
  const message = `Delete the template "${name}"?`;
  const detail = 'Sessions that were made from it go on. The template cannot be brought back.';
  const choice = await vscode.window.showWarningMessage(message, { modal: true, detail }, 'Delete');
  return choice === undefined ? undefined : client.request('vm/template/delete', { template_id: id });
}

async function editSetting({ client }: Parts, { template, group, name, value }: LimitNode): Promise<unknown> {
  const { ranges } = await client.request('vm/metadata/limits', {});
  const changed = await askSetting({ title: `${name} of "${template.name}"`, value, range: ranges[name] });
  if (changed === undefined) return undefined;
  return client.request('vm/template/setSettings', { template_id: template.id, [group]: { [name]: changed } });
}

async function addStartupFile({ client }: Parts, { id, name }: Template): Promise<unknown> {
  const folder = currentFolder();
  if (folder === undefined) throw new Error('Startup files are named relative to a folder: open one first.');
  const pattern = new vscode.RelativePattern(folder.uri, '**/*.{js,mjs,cjs,ts,mts,cts}');
  const files = await vscode.workspace.findFiles(pattern, '**/node_modules/**', OFFERED_FILES);
  const paths = files.map((file) => pathWithin(folder, file)).sort();
  const title = `Startup file of "${name}"`;
  const path = await vscode.window.showQuickPick(paths, { title, placeHolder: 'It runs when a session starts' });
  if (path === undefined) return undefined;
  const modes: readonly (vscode.QuickPickItem & { mode: StartupMode })[] = [
    { label: 'Run as a script', description: 'What it declares is there for all that runs later', mode: 'eval' },
    { label: 'Import as a module', description: 'What it declares stays inside', mode: 'import' },
  ];
  const picked = await vscode.window.showQuickPick(modes, { title: path });
  if (picked === undefined) return undefined;
  return client.request('vm/template/addStartupFile', { template_id: id, path, mode: picked.mode });
}

async function addModule({ client }: Parts, { id, name, exposed_modules }: Template): Promise<unknown> {
  const modules = await client.request('vm/metadata/modules', {});
  const items = modules
    .filter((module) => !exposed_modules.includes(module.name))
    .map(({ name: label, description: detail }) => ({ label, detail }));
  const picked = await vscode.window.showQuickPick(items, { title: `Host module for "${name}"` });
  return picked === undefined
    ? undefined
    : client.request('vm/template/addModule', { template_id: id, name: picked.label });
}

/** One of the catalogue, or any of npm by its name. */
async function addLibrary({ client }: Parts, { id, name }: Template): Promise<unknown> {
  const libraries = await client.request('vm/metadata/libraries', {});
  const other = '$(edit) Another from npm …';
  const items = [
    ...libraries.map((library) => ({
      label: `${library.name}@${library.version}`,
      description: library.cached ? 'at hand' : 'is fetched first',
      detail: library.description,
    })),
    { label: other },
  ];
  const title = `Library for "${name}"`;
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
  const prompt = 'Name of an npm package, with or without a version';
  const library =
    picked?.label === other
      ? await vscode.window.showInputBox({ title, prompt, placeHolder: 'nanoid@5' })
      : picked?.label;
  if (library === undefined || library.trim() === '') return undefined;
  return vscode.window.withProgress({ location: { viewId: 'vmSystem.templates' } }, () =>
    client.request('vm/template/addLibrary', { template_id: id, name: library.trim() }),
  );
}

function removePart({ client }: Parts, node: RemovableNode): Promise<unknown> {
  const template_id = node.template.id;
  switch (node.kind) {
    case 'startup-file':
      return client.request('vm/template/removeStartupFile', { template_id, startup_file_id: node.file.id });
    case 'module':
      return client.request('vm/template/removeModule', { template_id, name: node.name });
    case 'library':
      return client.request('vm/template/removeLibrary', { template_id, name: node.name });
    case 'capability':
      return client.request('vm/template/removeCapability', { template_id, capability_id: node.capability.id });
  }
}
