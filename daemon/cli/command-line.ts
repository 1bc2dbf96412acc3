import { VersionAsked } from './cli-errors.ts';
import { createProgram } from './program.ts';
import { describeError } from './report-error.ts';
import { version } from './version.ts';

/** Runs the command that was typed, and turns its failure into a sentence and an exit code. */
export async function runCommandLine(): Promise<void> {
  const program = createProgram(version());
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof VersionAsked) {
      const { printVersions } = await import('./print-versions.ts');
      await printVersions(version(), asksForJson());
    } else {
      process.exitCode = describeError(error, asksForJson());
    }
  }
}

/** Of the command that failed, if commander got so far. */
function asksForJson(): boolean {
  const end = process.argv.indexOf('--');
  return process.argv.slice(2, end === -1 ? undefined : end).includes('--json');
}
