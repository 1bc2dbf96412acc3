import { CleanVsCode } from '../vscode/ui/clean-vs-code.ts';
import { installVsCode } from '../vscode/harness/vs-code-install.ts';
import type { Workbench } from '../vscode/ui/workbench.ts';
import { atRest } from './at-rest.ts';
import { FLOOR_LINE, packFloor } from './floor/editor-floor.ts';
import type { Row } from './report.ts';
import { summarise, timed } from './statistics.ts';

const LIVE_ROUNDS = 20;
const COLD_ROUNDS = 5;
/** High enough for the list of all extensions that run. */
const WINDOW = { width: 1280, height: 2_000 };

/** From the key to the first line that can be read in the window, and what the extension costs an editor that starts. */
export async function measureEditor(): Promise<Row[]> {
  const install = await installVsCode();
  const ours = await CleanVsCode.make(install);
  const other = await CleanVsCode.make(install, await packFloor(ours.base));
  const samples: Samples = { live: [], cold: [], floor: [], activation: [] };
  try {
    // Turn by turn, so that a drift of the machine's speed meets both.
    for (let round = 0; round < COLD_ROUNDS; round += 1) {
      await measureOurs(ours, round, samples);
      await measureFloor(other, round, samples);
    }
  } finally {
    await ours.close();
    await other.close();
  }
  const { live, cold, floor, activation } = samples;
  return [
    { what: 'key to first output line, live session, p50', value: summarise(live).p50, unit: 'ms', target: '≤ 150' },
    {
      what: 'key to first output line, no daemon, p50',
      value: summarise(cold).p50,
      floor: summarise(floor).p50,
      unit: 'ms',
      target: '≤ 800',
    },
    { what: 'activation of the extension, p50', value: summarise(activation).p50, unit: 'ms', target: '≤ 100' },
  ];
}

type Samples = Record<'live' | 'cold' | 'floor' | 'activation', number[]>;

/** A folder that has no session yet, no daemon, and no other window that would start one. */
async function measureOurs(vscode: CleanVsCode, round: number, samples: Samples): Promise<void> {
  const text = `mark cold-${round}`;
  await vscode.start();
  await vscode.stopDaemon();
  const window = await openScript(vscode, round, `console.log("${text}");\n`);
  samples.cold.push(await runUntilSeen(window, text));
  if (round === COLD_ROUNDS - 1) samples.live.push(...(await measureLive(window)));
  samples.activation.push(await activationMs(window));
  await window.close();
}

/** An extension that does nothing but write a line. */
async function measureFloor(vscode: CleanVsCode, round: number, samples: Samples): Promise<void> {
  await vscode.start();
  const window = await openScript(vscode, round, '1;\n');
  samples.floor.push(await runUntilSeen(window, FLOOR_LINE));
  await window.close();
}

/** Opens it in a folder of its own; the code lens says that the extension is active. */
async function openScript(vscode: CleanVsCode, round: number, text: string): Promise<Workbench> {
  const folder = await vscode.folder(`round-${round}`, { 'mark.js': text });
  const window = await vscode.open({ folder }, WINDOW);
  await window.openFile('mark.js');
  await window.editor.locator('.codelens-decoration a').waitFor();
  await atRest(vscode.server.pid);
  return window;
}

async function measureLive(window: Workbench): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round < LIVE_ROUNDS; round += 1) {
    await window.setText(`console.log("mark live-${round}");\n`);
    samples.push(await runUntilSeen(window, `mark live-${round}`));
  }
  return samples;
}

/** Looked for in each frame that the window draws: Playwright's own waiting looks twice a second. */
async function runUntilSeen(window: Workbench, text: string): Promise<number> {
  await window.focusEditor();
  const shown = JSON.stringify(` ${text}`.replaceAll(' ', '\u00a0'));
  const isSeen = `(line) => line.textContent.includes(${shown}) && line.getClientRects().length > 0`;
  const seen = window.page.waitForFunction(`[...document.querySelectorAll('.part.panel .view-line')].some(${isSeen})`);
  return timed(async () => {
    await window.press('Control+Alt+Enter');
    await seen;
  });
}

/** As VS Code has measured it itself. */
async function activationMs(window: Workbench): Promise<number> {
  await window.command('Developer: Show Running Extensions');
  const row = window.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'VM System' });
  const text = await row.locator('.activation-time').innerText();
  return Number(/(\d+)\s*ms/.exec(text)?.[1]);
}
