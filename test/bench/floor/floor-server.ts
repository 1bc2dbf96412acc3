import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

export type FloorServer = { url: string; close: () => Promise<void> };

/** The floor's server as the daemon is: in a process of its own, so that a request goes from one process to another. */
export async function forkFloorServer(folder: string, children: number): Promise<FloorServer> {
  const server = fork(join(import.meta.dirname, 'floor-process.ts'), [folder, String(children)], {
    execArgv: ['--no-warnings'],
  });
  const [url] = (await once(server, 'message')) as [string];
  const close = async (): Promise<void> => {
    server.disconnect();
    await once(server, 'exit');
  };
  return { url, close };
}

/**
 * The least that the architecture can cost: a bare fastify route, one child over IPC, one evaluation in a bare isolate,
 * one commit of 4 events; and next to it an echo route that does nothing.
 */
export async function startFloorServer(folder: string, children: number): Promise<FloorServer> {
  const isolates = await Promise.all(Array.from({ length: children }, () => startIsolate()));
  const commit = openCommit(join(folder, 'floor.db'));
  const server = Fastify();
  server.post('/echo', (request) => request.body);
  server.post('/evaluate', async (request) => {
    const { input, session } = request.body as { input: string; session: number };
    const value = await isolates[session]?.evaluate(input);
    return { value, events: commit(input, value) };
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await server.close();
    for (const { child } of isolates) child.kill('SIGKILL');
  };
  return { url, close };
}

/** A child with a bare isolate; also measured alone. */
export async function startIsolate(): Promise<{ child: ChildProcess; evaluate: (input: string) => Promise<unknown> }> {
  const child = fork(join(import.meta.dirname, 'isolate-child.ts'), { execArgv: ['--no-node-snapshot'] });
  await once(child, 'message');
  const waiting = new Map<number, (value: unknown) => void>();
  child.on('message', ({ id, value }: { id: number; value: unknown }) => {
    waiting.get(id)?.(value);
    waiting.delete(id);
  });
  let lastId = 0;
  const evaluate = (input: string): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      child.send({ id, input });
    });
  return { child, evaluate };
}

/** Opens a database like the product's and returns what commits one execution's four events. */
export function openCommit(path: string): (input: string, value: unknown) => unknown[] {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec('CREATE TABLE event (execution_id INTEGER, seq INTEGER, payload TEXT, PRIMARY KEY (execution_id, seq))');
  const insert = db.prepare('INSERT INTO event VALUES (?, ?, ?)');
  let execution = 0;
  return db.transaction((input: string, value: unknown) => {
    execution++;
    const events = [{ input }, { text: 'a' }, { text: 'b' }, { value }];
    events.forEach((event, index) => insert.run(execution, index + 1, JSON.stringify(event)));
    return events;
  });
}
