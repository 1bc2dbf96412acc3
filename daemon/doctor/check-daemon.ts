import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { DaemonInfo } from '../../shared/protocol/daemon.protocol.ts';
import { connectDaemon } from '../ownership/connect.ts';
import { failure, ok, reasonOf, warning, type Finding } from './finding.ts';

/** A daemon that is well answers within milliseconds. */
const HEALTH_MS = 5_000;

export type DaemonLook = { finding: Finding; daemon: DaemonInfo | undefined };

/** The daemon of a data directory, if there is one: whether it answers, and is of this version. */
export async function checkDaemon(dataDirectory: string, version: string): Promise<DaemonLook> {
  const name = 'daemon';
  try {
    const connected = await connectDaemon(dataDirectory, { want: 'status', version });
    connected?.socket.destroy();
    if (connected === undefined) return { finding: ok(name, 'none is running'), daemon: undefined };
    const { daemon, live_sessions, clients } = connected.welcome;
    const found = `pid ${daemon.pid}, version ${daemon.version}, ${live_sessions} live sessions, ${clients} clients`;
    const mend = 'when its sessions are done with, end it, and the next one is new: vm-system stop';
    const isOther = daemon.version !== version;
    return { finding: isOther ? warning(name, `${found}; this is ${version}`, mend) : ok(name, found), daemon };
  } catch (error) {
    const [found = '', mend = 'see the other findings'] = reasonOf(error).split('; ');
    return { finding: failure(name, found, mend), daemon: undefined };
  }
}

export type Address = { host: string; port: number };

/** The port of the REST API: that the daemon answers on it, or that one could listen there. */
export async function checkPort(daemon: DaemonInfo | undefined, wanted: Address): Promise<Finding> {
  const name = 'port';
  if (daemon !== undefined) {
    if (await isHealthy(daemon.url)) return ok(name, `the daemon answers at ${daemon.url}`);
    return failure(name, `the daemon does not answer at ${daemon.url}`, 'end it, and start it again: vm-system stop');
  }
  const place = `${wanted.host}:${wanted.port}`;
  const code = await listenCode(wanted);
  if (code === undefined) return ok(name, `${place} is free`);
  if (code !== 'EADDRINUSE')
    return failure(name, `nobody can listen on ${place} (${code})`, 'choose another: vm-system serve --listen');
  const other = (await isHealthy(`http://${place}`)) ? 'the daemon of another data directory' : 'another program';
  const mend = 'end that, or choose another port: vm-system serve --listen 127.0.0.1:0';
  return warning(name, `${other} listens on ${place}`, mend);
}

async function listenCode(address: Address): Promise<string | undefined> {
  const server = createServer().listen(address);
  try {
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? reasonOf(error);
  } finally {
    if (server.listening) await once(server.close(), 'close');
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const asked = request(new URL('/api/v1/health', url), { signal: AbortSignal.timeout(HEALTH_MS) });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return (JSON.parse(await text(answer)) as { status?: unknown } | null)?.status === 'ok';
  } catch {
    return false;
  }
}
