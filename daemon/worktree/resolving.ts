import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModuleFailure, ModuleWish } from '../../shared/ipc/module-messages.ts';
import type { ResolverSettings } from '../../shared/model/settings.ts';
import type { WorktreeReader } from './worktree-reader.ts';

/** What a specifier is resolved with. */
export type Resolving = { reader: WorktreeReader; settings: ResolverSettings; wish: ModuleWish };

/**
 * A path that was found (its symlinks not yet followed), with the `?query#hash` that makes it a module of its own; or
 * the name of a Node built-in, which is the host's to give or to refuse.
 */
export type Resolved = { path: string; suffix: string } | { builtin: string } | { failure: ModuleFailure };

/** The folder that an import starts from; REPL input imports as a file in the worktree's root would. */
export function folderOf({ reader, wish }: Resolving): string {
  return wish.referrer === '' ? reader.root : dirname(fileURLToPath(wish.referrer));
}
