import { closeSync, constants, fstatSync, openSync, type BigIntStats } from 'node:fs';
import Database, { type Database as Connection } from 'better-sqlite3';
import type { Access } from '../../../shared/ipc/call-messages.ts';
import { ModuleError } from '../denied.ts';
import type { Place, Places } from '../fs/places.ts';

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;
const BUSY_MS = 1000;

/** A database in a file. */
export type OpenFile = {
  connection: Connection;
  /** To be asked before each use. */
  isUsable: () => boolean;
  close: () => void;
};

/**
 * SQLite gets the open files, not their names: it would follow links, also from the name of its journal, and so would be
 * led outside by whoever can swap one in. For the same reason there is no WAL mode.
 */
export function openFile(places: Places, given: string, access: Access): OpenFile {
  const files: number[] = [];
  try {
    const flags = access === 'rw' ? O_RDWR | O_CREAT : O_RDONLY;
    const database = open(places, given, access, flags);
    files.push(database);
    // The journal stays, empty, when the database is closed: a crash finds it there.
    const journal = open(places, `${given}-journal`, access, flags);
    files.push(journal);
    const options = { readonly: access === 'ro', timeout: BUSY_MS, journalFd: journal };
    // Its types do not know yet that a file may be given by its descriptor.
    const connection = new Database(database as unknown as string, options);
    closeSync(database);
    return {
      connection,
      // Whoever uses the database by its name deletes the journal when he is done, and SQLite then wants the new one.
      isUsable: () => connection.inTransaction || fstatSync(journal).nlink > 0,
      close: () => {
        connection.close();
        closeSync(journal);
      },
    };
  } catch (error) {
    for (const file of files) closeSync(file);
    throw error;
  }
}

function open(places: Places, given: string, access: Access, flags: number): number {
  return places.at(given, access, true, ({ name, stats }: Place) => {
    if (stats !== undefined) requireOwn(stats, given);
    const file = openSync(name, flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
    try {
      requireOwn(fstatSync(file, { bigint: true }), given);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  });
}

/** A file with two names may have the other one outside of the worktree. */
function requireOwn(stats: BigIntStats, given: string): void {
  if (!stats.isFile() || stats.nlink !== 1n)
    throw new ModuleError('EACCES', `EACCES: '${given}' is no ordinary file with one name`, { path: given });
}
