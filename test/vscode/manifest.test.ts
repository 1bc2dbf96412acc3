import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

type MenuItem = { command: string; when?: string };
type Setting = {
  description?: string;
  markdownDescription?: string;
  enum?: string[];
  enumDescriptions?: string[];
  default?: unknown;
};
type Contributes = {
  commands: { command: string; title: string; category: string; icon?: string }[];
  views: Record<string, { id: string; name: string }[]>;
  viewsContainers: { activitybar: { id: string; icon: string }[] };
  viewsWelcome: { view: string; contents: string }[];
  menus: Record<string, MenuItem[]>;
  keybindings: (MenuItem & { key: string; mac: string })[];
  configuration: { properties: Record<string, Setting> };
  walkthroughs: { steps: { description: string; media: { markdown: string }; completionEvents: string[] }[] }[];
  languages: { id: string }[];
  grammars: { language: string; path: string }[];
  terminal: { profiles: { id: string }[] };
};

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  main: string;
  icon: string;
  activationEvents: string[];
  contributes: Contributes;
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
};
const { contributes } = manifest;

/** All that the extension's sources say. */
const code = readdirSync(join(root, 'extension'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'extension', name), 'utf8'))
  .join('\n');

const commands = contributes.commands.map(({ command }) => command);
const views = Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id));
const settings = Object.keys(contributes.configuration.properties);

function missing(wanted: Iterable<string>, known: readonly string[]): string[] {
  return [...new Set(wanted)].filter((name) => !known.includes(name));
}

function allOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}

describe('the manifest of the extension', () => {
  it('has the commands of the code, each once, with a title and a category', () => {
    const registered = allOf(/^\s+'(vmSystem\.\w+)': (?:async )?\(/gm, code);
    assert.deepEqual(registered.sort(), [...commands].sort());
    assert.deepEqual(
      contributes.commands.filter(({ title, category }) => title === '' || category !== 'VM System'),
      [],
    );
  });

  it('has the settings of the code, each described, with a word for each choice', () => {
    const read = allOf(
      /(?:\.get(?:<\w+>)?|\.inspect<string>)\('([\w.]+)'/g,
      readFileSync(join(root, 'extension', 'settings.ts'), 'utf8'),
    );
    assert.deepEqual(read.map((name) => `vmSystem.${name}`).sort(), [...settings].sort());
    for (const [id, setting] of Object.entries(contributes.configuration.properties)) {
      assert.ok((setting.description ?? setting.markdownDescription ?? '').length > 20, id);
      assert.equal(setting.enumDescriptions?.length, setting.enum?.length, id);
      assert.notEqual(setting.default, undefined, id);
    }
    assert.deepEqual(missing(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, settings), []);
  });

  it('has the views of the code, each with a word of welcome', () => {
    assert.deepEqual(allOf(/createTreeView\('([\w.]+)'/g, code).sort(), [...views].sort());
    assert.deepEqual(
      missing(
        views,
        contributes.viewsWelcome.map(({ view }) => view),
      ),
      [],
    );
  });

  it('names in menus, keys, links and steps only what there is', () => {
    const items = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    assert.deepEqual(
      missing(
        items.map(({ command }) => command),
        commands,
      ),
      [],
    );
    const whens = items.map(({ when = '' }) => when).join('\n');
    assert.deepEqual(missing(allOf(/view == ([\w.]+)/g, whens), views), []);
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const texts = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...steps.map(({ description }) => description),
    ];
    const links = allOf(/command:(vmSystem\.[\w.]+)/g, texts.join('\n'));
    assert.deepEqual(missing(links, [...commands, ...views.map((view) => `${view}.focus`)]), []);
    const events = steps.flatMap(({ completionEvents }) => completionEvents);
    assert.deepEqual(
      missing(events, [...commands.map((id) => `onCommand:${id}`), ...views.map((id) => `onView:${id}`)]),
      [],
    );
  });

  it('offers in menus of the trees what their items say they are', () => {
    const values = new Set([
      ...allOf(/contextValue = '([\w-]+)'/g, code),
      ...['ready', 'running', 'starting', 'crashed', 'closed'].map((status) => `session-${status}`),
      ...['repl', 'run_file', 'startup', 'system'].map((kind) => `execution-${kind}`),
      ...[
        'template',
        'limit',
        'startup-file',
        'module',
        'library',
        'capability',
        'startup-files',
        'modules',
        'libraries',
      ],
    ]);
    for (const { when = '', command } of contributes.menus['view/item/context'] ?? []) {
      const pattern = /viewItem =~ \/(.*?)\/(?= |$)/.exec(when)?.[1];
      const exact = /viewItem == ([\w-]+)/.exec(when)?.[1];
      if (pattern !== undefined)
        assert.ok(
          [...values].some((value) => new RegExp(pattern).test(value)),
          `${command}: ${when}`,
        );
      if (exact !== undefined) assert.ok(values.has(exact), `${command}: ${when}`);
    }
  });

  it('hides from the palette what needs an item of a tree', () => {
    const needItem = new Set((contributes.menus['view/item/context'] ?? []).map(({ command }) => command));
    const hidden = (contributes.menus['commandPalette'] ?? []).filter(({ when }) => when === 'false');
    const alsoWithout = ['interrupt', 'restartSession', 'closeSession', 'openRepl', 'newSession'].map(
      (name) => `vmSystem.${name}`,
    );
    const shown = missing(
      [...needItem],
      hidden.map(({ command }) => command),
    );
    assert.deepEqual(shown.sort(), alsoWithout.sort());
  });

  it('names files that there are', () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
      ...contributes.grammars.map(({ path }) => path),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
    assert.equal(manifest.main, './dist/extension.cjs');
  });

  it('wakes the extension for its terminal, and has its keys on every system', () => {
    const profiles = contributes.terminal.profiles.map(({ id }) => `onTerminalProfile:${id}`);
    assert.deepEqual(missing(profiles, manifest.activationEvents), []);
    for (const { key, mac, command } of contributes.keybindings) assert.ok(key !== '' && mac !== '', command);
  });
});
