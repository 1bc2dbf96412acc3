import assert from 'node:assert/strict';
import { RestClient } from '../../daemon/cli/rest-client.ts';
import { readToken } from '../../daemon/data-directory.ts';
import { startBuilt } from '../helpers/run-cli.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { SharedFolder } from './shared-daemon.ts';

const EDITORS = 4;
const COMMANDS = 2;
const SCRIPTS = 2;

/** For eight processes to start on a machine that has much else to do. */
const SERVED_MS = 30_000;

/** What the command line says where there is no daemon (yet). */
const NO_DAEMON = 4;

/**
 * Eight clients at the same moment on a new data directory, again and again: always one daemon, and all are served. Four
 * are editors, who start it; two are commands and two are scripts with REST, who look for it. In every second round
 * somebody types `serve` in that moment as well.
 */
export async function startTogether(rounds: number): Promise<string> {
  let served = 0;
  for (let round = 0; round < rounds; round++) {
    const folder = await SharedFolder.make();
    try {
      served += await startOnce(folder, round % 2 === 1);
    } catch (error) {
      throw new Error(`round ${round + 1}`, { cause: error });
    } finally {
      await folder.remove();
    }
  }
  return `${EDITORS + COMMANDS + SCRIPTS} clients, one daemon each time, all served; ${served} times it was \`serve\`'s`;
}

/** @returns whether the daemon is the one in the foreground, as a number */
async function startOnce(folder: SharedFolder, withServe: boolean): Promise<number> {
  const times = <T>(count: number, make: () => Promise<T>): Promise<T>[] => Array.from({ length: count }, make);
  const foreground = withServe ? serve(folder) : undefined;
  const pids = await Promise.all([
    ...times(EDITORS, () => editor(folder)),
    ...times(COMMANDS, () => command(folder)),
    ...times(SCRIPTS, () => script(folder)),
  ]);
  const [pid = 0] = pids;
  assert.deepEqual(new Set(pids), new Set([pid]));
  if (foreground !== undefined && foreground.pid !== pid) assert.match(await foreground.refusal, /already/);
  assert.deepEqual(folder.daemons(), [pid]);
  return foreground?.pid === pid ? 1 : 0;
}

async function editor(folder: SharedFolder): Promise<number> {
  const { rpc } = await folder.client();
  assert.deepEqual(await rpc.request('vm/session/list', {}), []);
  return (await rpc.hear('vm/daemon/status')).daemon.pid;
}

async function command(folder: SharedFolder): Promise<number> {
  const say = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await startBuilt([...args, '--json'], folder.env).run;
    assert.ok(code === 0 || code === NO_DAEMON, stderr);
    return code === 0 ? JSON.parse(stdout) : undefined;
  };
  let status: unknown;
  await waitUntil(async () => (status = await say('status')) !== undefined, 'a daemon', SERVED_MS);
  assert.deepEqual(await say('session', 'list'), []);
  return (status as { pid: number }).pid;
}

/** Knows where the endpoint file is, and REST. */
async function script(folder: SharedFolder): Promise<number> {
  await waitUntil(() => folder.endpoint() !== undefined, 'the endpoint file', SERVED_MS);
  const { url = '', pid = 0 } = folder.endpoint() ?? {};
  const rest = new RestClient({ serverUrl: url, token: readToken(folder.path) });
  assert.deepEqual(await rest.get('sessions'), []);
  return pid;
}

/** `vm-system serve`, which is the daemon or is refused. */
function serve(folder: SharedFolder): { pid: number; refusal: Promise<string> } {
  const args = ['serve', '--listen', '127.0.0.1:0', '--data-dir', folder.path, '--log-level', 'warn'];
  const { child, run } = startBuilt(args, folder.env);
  return { pid: child.pid ?? 0, refusal: run.then(({ code, stderr }) => `${String(code)} ${stderr}`) };
}
