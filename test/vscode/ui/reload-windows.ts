import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../helpers/wait-until.ts';
import { installVsCode } from '../harness/vs-code-install.ts';
import { CleanVsCode, processesOf } from './clean-vs-code.ts';
import type { Workbench } from './workbench.ts';

const TICKS = 30;
/** Ends by itself within the limits of a new template, and runs while the window is away. */
const TICKING = `for (let i = 1; i <= ${TICKS}; i += 1) {
  console.log("tick " + i);
  await new Promise((resolve) => setTimeout(resolve, 130));
}
`;

/** The run takes 4 s, and a busy machine some more. */
const RUN_ENDS_MS = 60_000;

/** The daemon sees a window end by the end of its connection. */
const CONNECTIONS_END_MS = 20_000;

/**
 * Reloads a window again and again while code runs; then kills VS Code with SIGKILL. Rejects where the window shows other
 * events than those that there were, and where a process is left beside the daemon that the sessions live in.
 */
export async function reloadWindows(rounds: number): Promise<string> {
  const vscode = await CleanVsCode.make(await installVsCode());
  try {
    await vscode.start();
    const window = await vscode.open({ folder: await vscode.folder('ticking', { 'ticks.mjs': TICKING }) });
    await window.openFile('ticks.mjs');
    for (let round = 1; round <= rounds; round += 1) {
      await window.command('VM System: Run File in Session');
      await window.statusItem.getByText('running').waitFor();
      await window.reload();
      await findsSession(window, round);
      await window.command('VM System: Show Output');
      await window.output(new RegExp(`tick ${TICKS}\\s*([^\\n]*ok after.*\\s*)?$`));
      await becomesWhole(vscode, round);
    }
    await vscode.kill();
    await waitUntil(async () => (await vscode.clients()) === 0, 'the end of the connections', CONNECTIONS_END_MS);
    assert.deepEqual(processesOf(vscode.base, 'cli.js'), [await vscode.daemonPid()]);
    return 'nothing lost, nothing told twice; after a SIGKILL of VS Code only the daemon is left';
  } finally {
    await vscode.close();
  }
}

/** After a reload. A window without a session says nothing of why: what it shows has to. */
async function findsSession(window: Workbench, round: number): Promise<void> {
  try {
    await window.statusItem.getByText('ready').waitFor();
  } catch (error) {
    const items = await window.page.locator('.statusbar-item').allInnerTexts();
    const picture = await window.picture('reloaded-without-session');
    throw new Error(`round ${round}: the window shows ${items.join(' | ')}; ${picture}`, { cause: error });
  }
}

/** What the output channel of the newest window has, as VS Code keeps it on disk. */
async function shown(vscode: CleanVsCode): Promise<string> {
  const logs = join(vscode.server.home, 'user', 'logs');
  const names = (await readdir(logs, { recursive: true })).filter((name) => /\d+-VM System\.log$/.test(name));
  // Each window has a folder of its own, with its number: that of the tenth comes after that of the ninth.
  const newest = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return readFile(join(logs, newest ?? ''), 'utf8');
}

/**
 * A window that comes back tells earlier runs first, so that what can be seen may still be the end of one of those. Waits
 * until the last run has each tick once: one that is lost, or told twice, never gets there.
 */
async function becomesWhole(vscode: CleanVsCode, round: number): Promise<void> {
  let numbers: number[] = [];
  const isWhole = async (): Promise<boolean> => {
    const text = await shown(vscode);
    const last = text.slice(text.lastIndexOf(' tick 1\n'));
    numbers = [...last.matchAll(/ tick (\d+)$/gm)].map(([, number]) => Number(number));
    return numbers.length === TICKS && numbers.every((number, index) => number === index + 1);
  };
  await waitUntil(isWhole, 'each tick once', RUN_ENDS_MS).catch((error: unknown) => {
    throw new Error(`round ${round}: the window shows the ticks ${numbers.join(' ')}`, { cause: error });
  });
}
