import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModuleFailure, ModuleFailureCode, ModuleWish } from '../../shared/ipc/module-messages.ts';

/** A failure to find or read a module. What is put together here is all that a guest learns about the file system. */
export function moduleFailure(code: ModuleFailureCode, message: string): { failure: ModuleFailure } {
  return { failure: { code, message } };
}

/** Node has one code for import and another for require. */
export function notFound(what: string, wish: ModuleWish, root: string, hint = ''): { failure: ModuleFailure } {
  const code = wish.kind === 'import' ? 'ERR_MODULE_NOT_FOUND' : 'MODULE_NOT_FOUND';
  return moduleFailure(code, `Cannot find ${what} ${importedFrom(wish, root)}${hint}`);
}

/** `imported from lib/a.js`: the path as a person sees it from the worktree. */
export function importedFrom({ referrer }: ModuleWish, root: string): string {
  if (referrer === '') return 'imported from the REPL';
  return `imported from ${relative(root, fileURLToPath(referrer)).replaceAll('\\', '/')}`;
}
