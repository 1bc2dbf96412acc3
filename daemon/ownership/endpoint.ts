import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonInfo } from '../../shared/protocol/daemon.protocol.ts';
import { hasFields, isDaemonInfo } from '../../shared/protocol/handshake.ts';
import { readPrivateFile, writePrivateFile } from './private-path.ts';

/** How the daemon of a data directory is reached. Only a hint: the lock says who owns it, the handshake who answers. */
export type Endpoint = DaemonInfo & {
  /** Path of the Unix socket, or name of the pipe. */
  socket: string;
  token_path: string;
  /** Path of its database, which `--db` may have put elsewhere; absent: an older daemon wrote this. */
  database?: string;
};

/** What the file says; undefined when there is none, or nothing that makes sense. Throws OwnershipError. */
export function readEndpoint(dataDirectory: string): Endpoint | undefined {
  const text = readPrivateFile(endpointPath(dataDirectory));
  if (text === undefined) return undefined;
  try {
    const endpoint: unknown = JSON.parse(text);
    return isEndpoint(endpoint) ? endpoint : undefined;
  } catch {
    return undefined;
  }
}

/** As `readEndpoint`, and undefined when the process of that daemon is gone: it was killed. */
export function readLiveEndpoint(dataDirectory: string): Endpoint | undefined {
  const endpoint = readEndpoint(dataDirectory);
  return endpoint !== undefined && isAlive(endpoint.pid) ? endpoint : undefined;
}

/** To be called by the owner of the data directory only. */
export function writeEndpoint(endpoint: Endpoint): void {
  writePrivateFile(endpointPath(endpoint.data_directory), `${JSON.stringify(endpoint, null, 2)}\n`);
}

/** To be called by the owner of the data directory only. */
export function removeEndpoint(dataDirectory: string): void {
  rmSync(endpointPath(dataDirectory), { force: true });
}

function isEndpoint(value: unknown): value is Endpoint {
  return (
    hasFields(value, { socket: 'string', token_path: 'string' }) &&
    ['undefined', 'string'].includes(typeof value['database']) &&
    isDaemonInfo(value)
  );
}

function endpointPath(dataDirectory: string): string {
  return join(dataDirectory, 'endpoint.json');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
