import { CleanVsCode } from '../vscode/ui/clean-vs-code.ts';
import { installVsCode } from '../vscode/harness/vs-code-install.ts';
import type { Workbench } from '../vscode/ui/workbench.ts';
import type { Row } from './report.ts';
import { summarise, timed } from './statistics.ts';

const LIVE_ROUNDS = 20;
const COLD_ROUNDS = 5;
/** High enough for the list of all extensions that run. */
const WINDOW = { width: 1280, height: 2_000 };

/** From the key to the first line that can be read in the window, and what the extension costs an editor that starts. */
export async function measureEditor(): Promise<Row[]> {
  const vscode = await CleanVsCode.make(await installVsCode());
  try {
    const live: number[] = [];
    const cold: number[] = [];
    const activation: number[] = [];
    for (let round = 0; round < COLD_ROUNDS; round += 1) {
      // A folder that has no session yet, no daemon, and no other window that would start one.
      await vscode.start();
      await vscode.stopDaemon();
      const folder = await vscode.folder(`round-${round}`, { 'mark.js': `console.log("mark cold-${round}");\n` });
      const window = await vscode.open({ folder }, WINDOW);
      await window.openFile('mark.js');
      await window.editor.locator('.codelens-decoration a').waitFor();
      cold.push(await runUntilSeen(window, `mark cold-${round}`));
      if (round === COLD_ROUNDS - 1) live.push(...(await measureLive(window)));
      activation.push(await activationMs(window));
      await window.close();
    }
    return [
      { what: 'key to first output line, live session, p50', value: summarise(live).p50, unit: 'ms', target: '≤ 150' },
      { what: 'key to first output line, no daemon, p50', value: summarise(cold).p50, unit: 'ms', target: '≤ 800' },
      { what: 'activation of the extension, p50', value: summarise(activation).p50, unit: 'ms', target: '≤ 100' },
    ];
  } finally {
    await vscode.close();
  }
}

async function measureLive(window: Workbench): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round < LIVE_ROUNDS; round += 1) {
    await window.setText(`console.log("mark live-${round}");\n`);
    samples.push(await runUntilSeen(window, `mark live-${round}`));
  }
  return samples;
}

async function runUntilSeen(window: Workbench, text: string): Promise<number> {
  await window.focusEditor();
  const line = window.page.locator('.part.panel .view-line', { hasText: ` ${text.replaceAll(' ', '\u00a0')}` });
  return timed(async () => {
    await window.press('Control+Alt+Enter');
    await line.last().waitFor();
  });
}

/** As VS Code has measured it itself. */
async function activationMs(window: Workbench): Promise<number> {
  await window.command('Developer: Show Running Extensions');
  const row = window.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'VM System' });
  const text = await row.locator('.activation-time').innerText();
  return Number(/(\d+)\s*ms/.exec(text)?.[1]);
}
