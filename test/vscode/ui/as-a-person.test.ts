import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installVsCode } from '../harness/vs-code-install.ts';
import { CleanVsCode } from './clean-vs-code.ts';
import type { Workbench } from './workbench.ts';

/** Installing VS Code takes a minute or two where the registry is near, and is done once. */
const INSTALL_MS = 25 * 60_000;
const STEP_MS = 4 * 60_000;

const TICKING = `for (let i = 1; ; i += 1) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log("tick " + i);
}
`;

const FILES = {
  'hello.js':
    'const who = "world";\nconsole.log(`hello ${who}`);\nglobalThis.visits = (globalThis.visits ?? 0) + 1;\nvisits;\n',
  'loop.js': 'globalThis.rounds = 0;\nconsole.log("round and round");\nfor (;;) rounds += 1;\n',
  'prices.ts': [
    'type Price = { name: string; amount: number };',
    'const prices: Price[] = [',
    '  { name: "tea", amount: 3 },',
    '  { name: "cake", amount: 5 },',
    '];',
    'for (const { name, amount } of prices) console.log(name.padEnd(6), amount);',
    'prices.reduce((sum, { amount }) => sum + amount, 0);',
    '',
  ].join('\n'),
  'ticks.mjs': TICKING,
};

/** What VS Code shows beside the things that are tested here. */
const CALM = {
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'editor.minimap.enabled': false,
  'remote.autoForwardPorts': false,
};

/** Steps of one story: each goes on where the last one ended. */
describe('a person with an empty VS Code', function () {
  this.timeout(STEP_MS);
  let vscode: CleanVsCode;
  let window: Workbench;
  let folder: string;

  before(async function () {
    this.timeout(INSTALL_MS);
    vscode = await CleanVsCode.make(await installVsCode());
    await vscode.start(CALM);
    folder = await vscode.folder('greetings', FILES);
    window = await vscode.open({ folder });
  });

  let failed: string | undefined;

  function step(title: string, act: () => Promise<void>): void {
    it(title, async () => {
      if (failed !== undefined) throw new Error(`not tried, as this failed before: ${failed}`);
      try {
        await act();
      } catch (error) {
        failed = title;
        await window.picture('failed');
        throw error;
      }
    });
  }

  after(async () => {
    await vscode.close();
  });

  step('opens the views and is told what to do', async () => {
    await window.showViews();
    await window.view('Sessions').getByText('A session keeps your variables between runs').waitFor();
    await window.view('Sessions').getByText('New Session').waitFor();
    await window.picture('welcome');
  });

  step('runs a file with the play button, and sees its output, its value and its variables', async () => {
    await window.openFile('hello.js');
    await window.page.locator('.editor-actions').getByLabel('Run File in Session').first().click();
    await window.output(/\[info\] +hello world[^]*\[value\] 1[^]*\[done\] +ok/);
    await window.statusItem.getByText('ready').waitFor();
    await window.row('Variables', 'visits').waitFor();
    await window.unfold('Sessions', 'greetings');
    await window.row('Sessions', 'hello.js').waitFor();
    await window.picture('ran');
  });

  step('changes limits of the template, and starts its session anew with them', async () => {
    await window.showView('Templates');
    await window.unfold('Templates', 'default');
    await window.unfold('Templates', 'Limits');
    await window.changeValue('cpu_ms', '0');
    await window.page.locator('.quick-input-widget', { hasText: 'A whole number from' }).waitFor();
    await window.picture('limit');
    await window.answer('600000', 'Enter');
    await window.row('Templates', /cpu_ms\s*600000/).waitFor();
    await window.changeValue('wall_ms', '600000', 'Enter');
    await window.row('Templates', /wall_ms\s*600000/).waitFor();
    await window.view('Templates').locator('.pane-header').click();
    const row = window.row('Sessions', 'greetings');
    await row.hover();
    await row.getByLabel('Restart Session').click();
    await window.row('Variables', 'visits').waitFor({ state: 'detached' });
    await window.statusItem.getByText('ready').waitFor();
  });

  step('runs TypeScript by the lens above the first line', async () => {
    await window.openFile('prices.ts');
    await window.editor.locator('.codelens-decoration a', { hasText: 'Run in session' }).click();
    await window.output(/tea +3[^]*cake +5[^]*\[value\] 8/);
    await window.row('Variables', 'prices').waitFor();
    await window.picture('typescript');
  });

  step('cancels a loop, and finds the variable still there', async () => {
    await window.openFile('loop.js');
    await window.command('VM System: Run File in Session');
    await window.output(/round and round/);
    await window.statusItem.getByText('running').waitFor();
    const toast = window.notification('Running loop.js');
    await toast.waitFor();
    await window.picture('running');
    await toast.getByText('Cancel').click();
    await window.output(/cancelled after/);
    await window.statusItem.getByText('ready').waitFor();
    await window.row('Variables', /rounds\d+/).waitFor();
    await window.picture('cancelled');
  });

  step('runs a selection, and looks at a value by pointing at its name', async () => {
    await window.openFile('hello.js');
    await window.press('Control+Alt+Enter');
    await window.row('Variables', 'visits').waitFor();
    await window.editor.locator('.view-line', { hasText: 'visits;' }).last().click();
    await window.press('Home', 'Shift+End', 'Control+Alt+e');
    await window.output(/── visits;\s[^]*\[value\] 1\s[^]*\[done\] +ok/);
    await window.pointAt('visits', /visits: number = 1/);
    await window.picture('hover');
    await window.press('Escape');
  });

  step('breaks the file and sees the problem at its line, and no more once it is mended', async () => {
    await window.setText('const who = "world";\nconsole.log(`hello ${nobody}`);\n');
    await window.press('Control+Alt+Enter');
    await window.output(/\[error\] Uncaught ReferenceError: nobody is not defined/);
    await window.editor.locator('.squiggly-error').first().waitFor();
    await window.picture('problem');
    await window.setText(FILES['hello.js']);
    await window.press('Control+Alt+Enter');
    await window.editor.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  });

  step('sees everything on a dark theme', async () => {
    await window.useDarkTheme();
    await window.showView('Sessions');
    await window.picture('dark');
  });

  step('reloads the window in the middle of a run, and loses nothing', async () => {
    await window.openFile('ticks.mjs');
    await window.command('VM System: Run File in Session');
    await window.output(/tick 2\b/);
    await window.reload();
    await window.statusItem.getByText('running').waitFor();
    await window.command('VM System: Show Output');
    const [, last = ''] = /tick (\d+)\s*$/.exec(await window.output(/tick \d+\s*$/)) ?? [];
    await window.output(new RegExp(`tick ${Number(last) + 3}\\b`));
    await window.picture('reloaded');
    await window.command('VM System: Stop Running Code');
    await window.output(/cancelled after/);
    const shown = await shownSinceReload(vscode);
    const numbers = [...shown.matchAll(/\[info\] +tick (\d+)$/gm)].map(([, number]) => Number(number));
    assert.ok(numbers.length > Number(last));
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    );
  });

  step('is told that the daemon was killed and what became of the session, and goes on', async () => {
    await window.showViews();
    process.kill(await vscode.daemonPid(), 'SIGKILL');
    const toast = window.notification(/started again/);
    await toast.waitFor();
    await window.picture('daemon-killed');
    await toast.getByText('Restart Sessions').click();
    await window.statusItem.getByText('ready').waitFor();
    await window.openFile('hello.js');
    await window.command('VM System: Run File in Session');
    await window.output(/hello world[^]*\[value\] 1/);
  });

  step('browses a session down to its events', async () => {
    await window.showViews();
    await window.unfold('Sessions', /greetings.*ready/);
    await window.unfold('Sessions', 'hello.js');
    await window.row('Sessions', 'hello world').waitFor();
    await window.picture('tree');
  });

  step('finds what belongs to a row inside of a narrow sidebar', async () => {
    await window.setSidebarWidth(190);
    const row = window.row('Sessions', 'greetings');
    await row.hover();
    await window.picture('narrow');
    const outer = await window.view('Sessions').boundingBox();
    const inner = await row.getByLabel('Close Session').boundingBox();
    assert.ok(outer && inner, 'the row has its action');
    assert.ok(inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width, 'the action can be clicked');
  });

  step('does it all with keys', async () => {
    await window.press('Escape');
    await window.openFileByKeys('hello.js');
    await window.press('Control+Alt+Enter');
    await window.output(/\[value\] [2-9]\d*/);
    await window.commandByKeys('VM System: Focus on Sessions View');
    const focused = window.view('Sessions').locator('.monaco-list-row.focused');
    await window.until('focus on a run of hello.js', async () => {
      if ((await focused.filter({ hasText: 'hello.js' }).count()) > 0) return true;
      await window.press('ArrowDown');
      return undefined;
    });
    await window.press('ArrowRight');
    await window.until(
      'unfolded run',
      async () => (await focused.getAttribute('aria-expanded')) === 'true' || undefined,
    );
    await window.picture('keys');
  });

  step('has two folders with a session each', async () => {
    await window.close();
    const second = await vscode.folder('letters', { 'write.js': 'console.log("dear", "reader");\n"yours";\n' });
    const workspace = join(
      await vscode.folder('', {
        'both.code-workspace': JSON.stringify({ folders: [{ path: folder }, { path: second }] }),
      }),
      'both.code-workspace',
    );
    window = await vscode.open({ workspace });
    await window.explores('letters');
    await window.openFile('write.js');
    await window.command('VM System: Run File in Session');
    await window.output(/dear reader/);
    await window.showViews();
    await window.row('Sessions', 'letters').waitFor();
    await window.row('Sessions', 'greetings').waitFor();
    await window.picture('two-folders');
  });

  step('looks but runs nothing in a folder that is not trusted', async () => {
    await window.close();
    await vscode.start({
      ...CALM,
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
    });
    window = await vscode.open({
      folder: await vscode.folder('stranger', { 'theirs.js': 'globalThis.taken = true;\n' }),
    });
    await window.showViews();
    await window.openFile('theirs.js');
    await window.unfold('Sessions', 'Elsewhere');
    await window.row('Sessions', 'letters').waitFor();
    await window.view('Variables').getByText('nothing runs').waitFor();
    await window.press('F1');
    await window.input.type('>VM System: Run File');
    const list = window.page.locator('.quick-input-list');
    await list
      .getByText(/similar commands|No matching/)
      .first()
      .waitFor();
    assert.equal(await list.getByText('Run File in Session').count(), 0);
    await window.press('Escape');
    await window.picture('untrusted');
  });
});

/** Everything that the output channel of the newest window has, as VS Code keeps it on disk. */
async function shownSinceReload(vscode: CleanVsCode): Promise<string> {
  const logs = join(vscode.server.home, 'user', 'logs');
  const names = (await readdir(logs, { recursive: true })).filter((name) => /\d+-VM System\.log$/.test(name)).sort();
  return readFile(join(logs, names.at(-1) ?? ''), 'utf8');
}
