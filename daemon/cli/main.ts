import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { ApiError, CommandError, EXIT, NoDaemonError, UsageError } from './cli-errors.ts';
import { createProgram } from './program.ts';

/** Entry of the command line: runs the command that was typed, and turns its failure into a sentence and an exit code. */
const exitQuietly = (error: NodeJS.ErrnoException): void => {
  // Whoever read our output has seen enough, for example `| head`.
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
};
process.stdout.on('error', exitQuietly);
process.stderr.on('error', exitQuietly);

try {
  await createProgram(version()).parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    process.stderr.write(`${error.message.replace(/^error: /, 'vm-system: ')}\n`);
    return EXIT.usage;
  }
  if (error instanceof ApiError) {
    process.stderr.write(
      process.argv.includes('--json') ? `${JSON.stringify({ error: error.envelope })}\n` : `${error.message}\n`,
    );
    return EXIT.refused;
  }
  const known = error instanceof UsageError || error instanceof NoDaemonError || error instanceof CommandError;
  if (!known && (error as Error).name !== 'DataDirectoryError') throw error;
  process.stderr.write(`vm-system: ${(error as Error).message}\n`);
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof NoDaemonError ? EXIT.noDaemon : EXIT.guestFailed;
}

/** From package.json, beside dist/ or two folders up from the sources. */
function version(): string {
  for (const up of ['..', join('..', '..')]) {
    try {
      const text = readFileSync(join(import.meta.dirname, up, 'package.json'), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
