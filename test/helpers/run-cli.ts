import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LAUNCHER } from './daemon-process.ts';

const CLI = join(import.meta.dirname, '../../daemon/cli/main.ts');

export type CliRun = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

type StartedCli = { child: ChildProcess; run: Promise<CliRun> };

/** Starts the command line from its sources, with exactly this environment. */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv): StartedCli {
  return startProcess([process.execPath, CLI, ...args], env);
}

/** As `startCli`, and as a user does it: by the launcher, from what was built. */
export function startBuilt(args: readonly string[], env: NodeJS.ProcessEnv): StartedCli {
  return startProcess([LAUNCHER, ...args], env);
}

/** Starts any program, likewise. */
export function startProcess([file = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): StartedCli {
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const run = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
    ([[code, signal], stdout, stderr]) =>
      ({ code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr }) satisfies CliRun,
  );
  return { child, run };
}

export function runCli(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CliRun> {
  return startCli(args, env).run;
}
