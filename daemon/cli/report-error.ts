import { CommanderError } from 'commander';
import { ApiError, CommandError, EXIT, InterruptedError, NoDaemonError, UsageError } from './cli-errors.ts';
import { hintOn } from './hints.ts';

/**
 * Says on stderr why a command failed, and returns the exit code. With `json` a refusal is the envelope that the API
 * answered. Throws what nobody foresaw: that is a fault of ours, and its stack trace is what we need.
 */
export function describeError(error: unknown, json = false): number {
  if (error instanceof ApiError) return refused(error, json);
  if (error instanceof InterruptedError) return error.exitCode;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    // A group without a command has printed its help.
    if (error.code !== 'commander.help') say(error.message.replace(/^error: /, ''));
    if (error.code === 'commander.unknownOption') process.stderr.write(`hint: ${MINUS_HINT}\n`);
    return EXIT.usage;
  }
  if (!isForeseen(error)) throw error;
  say(error.message);
  if (error instanceof UsageError) return EXIT.usage;
  return error instanceof NoDaemonError ? EXIT.noDaemon : EXIT.guestFailed;
}

function refused({ envelope, message, requestId, status }: ApiError, json: boolean): number {
  const id = status >= 500 && requestId !== undefined ? ` (request ${requestId})` : '';
  const hint = hintOn(envelope);
  process.stderr.write(
    json
      ? `${JSON.stringify({ error: envelope })}\n`
      : `${message}${id}\n${hint === undefined ? '' : `hint: ${hint}\n`}`,
  );
  return EXIT.refused;
}

/** Most often it was meant for the file. */
const MINUS_HINT = 'what begins with a minus and is no option of ours comes after --: vm-system run FILE -- --flag';

/** By name, as these modules are not loaded by every command. */
const FORESEEN_NAMES = new Set(['DataDirectoryError', 'OwnershipError', 'StoreOpenError']);

function isForeseen(error: unknown): error is Error {
  if (error instanceof UsageError || error instanceof NoDaemonError || error instanceof CommandError) return true;
  return error instanceof Error && FORESEEN_NAMES.has(error.name);
}

function say(message: string): void {
  process.stderr.write(`vm-system: ${message}\n`);
}
