import type { Command } from 'commander';
import { defaultDataDirectory, readToken } from '../data-directory.ts';
import { Output } from './output.ts';
import { RestClient } from './rest-client.ts';

export const DEFAULT_SERVER_URL = 'http://127.0.0.1:3210';

/** Options that every command takes, before or after its name. */
export type GlobalOptions = { db?: string; serverUrl?: string; json?: boolean; logLevel?: string };

export type CommandContext = { client: RestClient; output: Output; options: GlobalOptions };

/** What a command works with, from its options and the environment. */
export function contextOf(command: Command): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  const serverUrl = options.serverUrl ?? process.env['VM_SYSTEM_SERVER_URL'] ?? DEFAULT_SERVER_URL;
  return {
    client: new RestClient({ serverUrl, token: readToken(defaultDataDirectory()) }),
    output: new Output({ json: options.json ?? false }),
    options,
  };
}
