import type { DaemonInfo } from './daemon.protocol.ts';

/**
 * The first exchange on the daemon's socket: one line of JSON each way, then JSON-RPC frames. It stays as it is for ever,
 * so that any version can at least ask another for its version, its status and to stop. Checked by hand: a relay should
 * be there before a library of schemas is loaded.
 */
export const HANDSHAKE_VERSION = 1;

/** Longer lines are no greeting. */
export const MAX_HANDSHAKE_BYTES = 4_096;

/** Client → daemon, first of all. */
export type Hello = {
  vm_system: typeof HANDSHAKE_VERSION;
  /** connect: JSON-RPC follows. status: only the answer is wanted. stop: the daemon shall end. */
  want: 'connect' | 'status' | 'stop';
  protocol_version: number;
  version: string;
  /** With stop: only when it has no live sessions and no clients. */
  only_if_idle?: boolean;
};

/** Daemon → client: who answers, how it is, and whether it does what is wanted; `message` says why not. */
export type Welcome = {
  vm_system: typeof HANDSHAKE_VERSION;
  ok: boolean;
  message: string;
  daemon: DaemonInfo;
  live_sessions: number;
  clients: number;
};

/**
 * Daemon → relay, last of all, after a zero byte, which no JSON-RPC frame can contain: how the process that the client
 * started should end. A connection that ends without it means that the daemon died.
 */
export type Farewell = { exit_code: number; reason: string };

export const FAREWELL_MARK = 0;

const WANTS: readonly unknown[] = ['connect', 'status', 'stop'] satisfies Hello['want'][];

export function isHello(value: unknown): value is Hello {
  return (
    hasFields(value, { vm_system: 'number', want: 'string', protocol_version: 'number', version: 'string' }) &&
    value['vm_system'] === HANDSHAKE_VERSION &&
    WANTS.includes(value['want']) &&
    ['undefined', 'boolean'].includes(typeof value['only_if_idle'])
  );
}

export function isWelcome(value: unknown): value is Welcome {
  const types = { vm_system: 'number', ok: 'boolean', message: 'string', live_sessions: 'number', clients: 'number' };
  return hasFields(value, types) && value['vm_system'] === HANDSHAKE_VERSION && isDaemonInfo(value['daemon']);
}

export function isFarewell(value: unknown): value is Farewell {
  return hasFields(value, { exit_code: 'number', reason: 'string' });
}

export function isDaemonInfo(value: unknown): value is DaemonInfo {
  return hasFields(value, {
    pid: 'number',
    version: 'string',
    protocol_version: 'number',
    started_at: 'string',
    url: 'string',
    data_directory: 'string',
  });
}

/** Whether it is an object that has fields of these types, whatever else it has. */
export function hasFields(value: unknown, types: Record<string, string>): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(types).every(([name, type]) => typeof (value as Record<string, unknown>)[name] === type);
}
