import { fileURLToPath } from 'node:url';
import type { ModuleFailure, ModuleTarget } from '../../../shared/ipc/module-messages.ts';
import type { Answer } from '../guest/modules/module-record.ts';

export type Failure = NonNullable<Answer['failure']>;

/** What the template would have to allow, and how. */
export type DeniedModule = { capability: string; need: string };

/** Ends the work on a question: the guest gets this error. */
export class LoadFailure extends Error {
  readonly failure: Failure;
  readonly denied: DeniedModule | undefined;

  constructor(failure: Failure, denied?: DeniedModule) {
    super(failure.message);
    this.failure = failure;
    this.denied = denied;
  }
}

/** Ends the work on a question: the execution that asked is being stopped. */
export class LoadStopped extends Error {}

export function isFailure(target: ModuleTarget): target is ModuleFailure {
  return 'code' in target;
}

/** The daemon's failure as the guest's error. */
export function toLoadFailure({ code, message }: ModuleFailure): LoadFailure {
  const name = code.endsWith('_TYPESCRIPT_SYNTAX')
    ? 'SyntaxError'
    : code.startsWith('ERR_INVALID_')
      ? 'TypeError'
      : 'Error';
  return new LoadFailure({ name, code, message });
}

/** `imported from lib/a.js`, as the daemon words it. */
export function importedFrom(referrer: string, root: string): string {
  if (!referrer.startsWith('file:')) return 'imported from the REPL';
  return `imported from ${shortPath(referrer, root)}`;
}

/** A file as users name it: from the worktree on. */
export function shortPath(url: string, root: string): string {
  const path = fileURLToPath(url);
  return path.startsWith(root) ? path.slice(root.length + 1) : path;
}
