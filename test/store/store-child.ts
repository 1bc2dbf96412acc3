/**
 * A real process with a store, for the tests that kill it. `store-child.ts hold FILE` owns the database until it is
 * killed; `store-child.ts write FILE` writes executions and prints, after each commit, what is durable: ID SEQ;
 * `store-child.ts lines FILE` does so with short ones, as the lines of a REPL are.
 */
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openSqliteStore } from '../../daemon/store/sqlite-store.ts';
import { StoreOpenError } from '../../daemon/store/store-open-error.ts';
import { addSession, anExecution, OK_END, someEvents } from './store-fixture.ts';

const print = (line: string): void => void writeSync(1, `${line}\n`);

const [mode = '', path = ''] = process.argv.slice(2);
try {
  const store = openSqliteStore({ path });
  print('ready');
  if (mode === 'write') {
    const session = addSession(store);
    for (;;) await writeOne(session);
  }
  if (mode === 'lines') {
    const session = addSession(store);
    for (;;) await writeLine(session);
  }
  setInterval(() => undefined, 60_000);

  async function writeLine(session: Parameters<typeof anExecution>[0]): Promise<void> {
    const { journal } = store;
    const execution = anExecution(session);
    journal.insertExecution(execution);
    journal.appendEvents(someEvents(execution, 1, 2));
    journal.finishExecution(execution.id, OK_END);
    await journal.committedAlone();
    print(`${execution.id} end`);
    // What is staged is filed in between.
    await nextTurn();
  }

  async function writeOne(session: Parameters<typeof anExecution>[0]): Promise<void> {
    const { journal } = store;
    const execution = anExecution(session);
    journal.insertExecution(execution);
    for (let seq = 1; seq <= 1500; seq += 300) {
      journal.appendEvents(someEvents(execution, seq, seq + 299));
      await journal.committed();
      print(`${execution.id} ${seq + 299}`);
    }
    journal.finishExecution(execution.id, OK_END);
    await journal.committed();
    print(`${execution.id} end`);
  }
} catch (error) {
  print(error instanceof StoreOpenError ? error.reason : String(error));
}
