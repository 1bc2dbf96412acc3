import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';

/** The ends of a connection, as a socket has them. */
export type Connection = {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
};

/**
 * The user whose process is at the other end of a connection over the loopback interface, as Linux' /proc/net/tcp
 * knows it; undefined for other connections, other systems, and whenever there is any doubt.
 */
export async function peerUid(connection: Connection): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { remoteAddress, remotePort, localAddress, localPort } = connection;
  if (remotePort === undefined || localPort === undefined) return undefined;
  // The peer's row: what is remote to us is local to it. An IPv4 peer may use an IPv6 socket, so it has two spellings.
  for (const table of ['tcp', 'tcp6'] as const) {
    const peer = spell(table, remoteAddress, remotePort);
    const us = spell(table, localAddress, localPort);
    if (peer === undefined || us === undefined) continue;
    const uid = findUid(await readFile(`/proc/net/${table}`, 'latin1'), peer, us);
    if (uid !== undefined) return uid;
  }
  return undefined;
}

/** Columns of the table: `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`. */
const ROW = /^ *\d+: ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ (\d+) /;

const ESTABLISHED = '01';

/**
 * The uid of the row of an established connection. Rows in other states do not count, nor those without an inode: when
 * a process has let go of its socket, the kernel says 0 for its user, which is root.
 * @param table text of /proc/net/tcp or tcp6
 * @param local,remote `HEXADDRESS:HEXPORT` as the table spells them
 */
export function findUid(table: string, local: string, remote: string): number | undefined {
  const at = table.indexOf(` ${local} ${remote} ${ESTABLISHED} `);
  if (at === -1) return undefined;
  const start = table.lastIndexOf('\n', at) + 1;
  const row = ROW.exec(table.slice(start, table.indexOf('\n', at) + 1));
  if (row === null) return undefined;
  const [, rowLocal, rowRemote, state, uid, inode] = row;
  if (rowLocal !== local || rowRemote !== remote || state !== ESTABLISHED || inode === '0') return undefined;
  return Number(uid);
}

/** A loopback address and port in the table's spelling: 32-bit words in the machine's byte order. */
function spell(table: 'tcp' | 'tcp6', address: string | undefined, port: number): string | undefined {
  const bytes = loopbackBytes(address);
  if (bytes === undefined || (table === 'tcp' && bytes.length === 16)) return undefined;
  const full = table === 'tcp6' && bytes.length === 4 ? [...V4_MAPPED, ...bytes] : bytes;
  const words = Buffer.from(full);
  if (endianness() === 'LE') words.swap32();
  return `${words.toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}

const V4_MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const V6_LOOPBACK = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

function loopbackBytes(address: string | undefined): number[] | undefined {
  if (address === '::1') return V6_LOOPBACK;
  const v4 = /^(?:::ffff:)?(127(?:\.\d{1,3}){3})$/.exec(address ?? '')?.[1];
  return v4?.split('.').map(Number);
}
