import type { Command } from 'commander';
import { defaultDataDirectory, readToken } from '../data-directory.ts';
import { readLiveEndpoint } from '../ownership/endpoint.ts';
import { NoDaemonError, UsageError } from './cli-errors.ts';
import { Output } from './output.ts';
import { RestClient, type RestClientOptions } from './rest-client.ts';
import { isLoopback, serverUrl } from './server-url.ts';

export const DEFAULT_SERVER_URL = 'http://127.0.0.1:3210';

/** Options that every command takes, before or after its name. */
export type GlobalOptions = { db?: string; serverUrl?: string; json?: boolean; logLevel?: string };

export type CommandContext = { readonly client: RestClient; output: Output; options: GlobalOptions };

/** What a command works with, from its options and the environment. */
export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  return {
    /** Asked for by commands that need a daemon. Throws NoDaemonError. */
    get client() {
      return new RestClient(serverFor(options.serverUrl));
    },
    output: new Output({ json: options.json ?? false }),
    options,
  };
}

/**
 * The daemon that is meant: the one that was named, else that of the data directory. Where neither is there, the usual
 * address is tried, but without our token: another user may have that port. Not where a data directory was chosen: what
 * listens there has another one. Throws NoDaemonError.
 */
export function serverFor(named: string | undefined): RestClientOptions {
  const known = namedUrl(named) ?? endpointUrl();
  if (known !== undefined) return { serverUrl: known, token: tokenFor(known) };
  const chosen = environment('VM_SYSTEM_DATA_DIR');
  if (chosen !== undefined) throw new NoDaemonError(`no daemon serves ${chosen}; start one with: vm-system serve`);
  return { serverUrl: DEFAULT_SERVER_URL, token: environment('VM_SYSTEM_TOKEN') };
}

/** The address that was asked for on the command line, else by the environment; else the data directory decides. */
export function namedUrl(option: string | undefined): string | undefined {
  return option ?? environmentUrl();
}

/**
 * The token of the data directory is for the daemon on this machine: another server does not get it, whoever named that
 * server. VM_SYSTEM_TOKEN is for any.
 */
export function tokenFor(url: string): string | undefined {
  const given = environment('VM_SYSTEM_TOKEN');
  if (given !== undefined || !isLoopback(new URL(url).hostname)) return given;
  return readToken(defaultDataDirectory());
}

/** Where the daemon of the data directory listens, whoever started it. */
function endpointUrl(): string | undefined {
  return readLiveEndpoint(defaultDataDirectory())?.url;
}

function environmentUrl(): string | undefined {
  const given = environment('VM_SYSTEM_SERVER_URL');
  if (given === undefined) return undefined;
  try {
    return serverUrl(given);
  } catch {
    throw new UsageError(`VM_SYSTEM_SERVER_URL is "${given}"; it must be an address such as ${DEFAULT_SERVER_URL}`);
  }
}

/** Set, and not to nothing. */
function environment(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}
