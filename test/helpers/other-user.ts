import { spawnSync } from 'node:child_process';
import type { AsyncFunc } from 'mocha';

/** Nobody: a user that every Unix has and that is not ours. */
export const OTHER_UID = 65_534;

/** Only root can give files away, and be somebody else. */
const canSwitch = process.getuid?.() === 0;

/** A test that acts as another user. Where that cannot be done it is pending, and its title says that nothing was tested. */
export function itWithOtherUser(title: string, test: AsyncFunc): void {
  if (canSwitch) it(title, test);
  else it(`${title} (NOT TESTED: only root can act as another user)`);
}

/** What a script prints that another user runs; it becomes that user after its start, as our Node may be closed to it. */
export function runAsOther(script: string, ...args: string[]): string {
  const become = `process.setgroups([]);process.setgid(${OTHER_UID});process.setuid(${OTHER_UID});`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', become + script, ...args], {
    encoding: 'utf8',
    env: {},
    timeout: 20_000,
  });
  if (status !== 0) throw new Error(`the other user's script failed: ${stderr}`);
  return stdout;
}
