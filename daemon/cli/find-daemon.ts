import type { Command } from 'commander';
import { privateFolder } from '../data-directory.ts';
import { namedUrl, tokenFor, type GlobalOptions } from './context.ts';
import { startCommand } from './daemon-start.ts';
import { RestClient } from './rest-client.ts';

/** A daemon answers within milliseconds; this is for one on a machine that has much else to do. */
const REACH_TIMEOUT_MS = 15_000;

/**
 * The daemon for those who want one to be there: the one that was named, which has to answer, else that of the data
 * directory, which is started when there is none. Throws NoDaemonError, OwnershipError.
 */
export async function findDaemon(command: Command, version: string): Promise<RestClient> {
  const flags = command.optsWithGlobals<GlobalOptions>();
  const named = namedUrl(flags.serverUrl);
  if (named === undefined) return sharedDaemon(flags, version);
  const client = clientOf(named);
  await client.reach(REACH_TIMEOUT_MS);
  return client;
}

async function sharedDaemon({ db, logLevel }: GlobalOptions, version: string): Promise<RestClient> {
  const dataDirectory = privateFolder(undefined);
  const { reachDaemon } = await import('../ownership/reach-daemon.ts');
  const flags = { ...(db !== undefined && { db }), ...(logLevel !== undefined && { logLevel }) };
  const start = startCommand(dataDirectory, flags);
  const { socket, welcome } = await reachDaemon({ dataDirectory, version, start });
  socket.destroy();
  return clientOf(welcome.daemon.url);
}

function clientOf(serverUrl: string): RestClient {
  return new RestClient({ serverUrl, token: tokenFor(serverUrl) });
}
