import { EXIT } from './cli-errors.ts';
import { runDaemon } from './daemon-start.ts';
import { readPlainDaemon } from './plain-daemon.ts';
import { version } from './version.ts';

/** Entry of the command line, and of the daemon. */
const exitQuietly = (error: NodeJS.ErrnoException): void => {
  // Whoever read our output has seen enough, for example `| head`.
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
};
process.stdout.on('error', exitQuietly);
process.stderr.on('error', exitQuietly);

const plain = readPlainDaemon(process.argv.slice(2));
if (plain === undefined) {
  const { runCommandLine } = await import('./command-line.ts');
  await runCommandLine();
} else {
  await runDaemon(plain, version()).catch(async (error: unknown) => {
    const { describeError } = await import('./report-error.ts');
    process.exitCode = describeError(error);
  });
}
