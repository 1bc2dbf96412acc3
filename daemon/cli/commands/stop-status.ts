import { once } from 'node:events';
import type { Command } from 'commander';
import type { Welcome } from '../../../shared/protocol/handshake.ts';
import type { Connected } from '../../ownership/connect.ts';
import { NoDaemonError } from '../cli-errors.ts';
import { contextOf } from '../context.ts';
import { privateFolder } from '../../data-directory.ts';

type Flags = { dataDir?: string };

/** stop and status: the daemon of the data directory, whoever started it. */
export function addStopAndStatusCommands(program: Command, version: string): void {
  program
    .command('stop')
    .description('end the daemon of the data directory; what runs is cancelled, sessions are closed')
    .option('--data-dir <path>', 'the data directory')
    .action(async ({ dataDir }: Flags, command: Command) => {
      const { welcome, socket } = await ask('stop', dataDir, version);
      // The connection ends with the daemon's process.
      socket.resume().once('end', () => socket.end());
      if (!socket.closed) await once(socket, 'close');
      contextOf(command).output.line(`Stopped the daemon (pid ${welcome.daemon.pid})`);
    });
  program
    .command('status')
    .description('say where the daemon of the data directory is, and what it holds')
    .option('--data-dir <path>', 'the data directory')
    .action(async ({ dataDir }: Flags, command: Command) => {
      const { welcome, socket } = await ask('status', dataDir, version);
      socket.destroy();
      const { daemon, live_sessions, clients } = welcome;
      const { output } = contextOf(command);
      output.result({ ...daemon, live_sessions, clients }, () => {
        output.fields(describe(welcome));
      });
    });
}

async function ask(want: 'stop' | 'status', dataDir: string | undefined, version: string): Promise<Connected> {
  const dataDirectory = privateFolder(dataDir);
  const { connectDaemon } = await import('../../ownership/connect.ts');
  const connected = await connectDaemon(dataDirectory, { want, version });
  if (connected !== undefined) return connected;
  throw new NoDaemonError(`no daemon serves ${dataDirectory}`);
}

function describe({ daemon, live_sessions, clients }: Welcome): Record<string, string> {
  return {
    url: daemon.url,
    pid: String(daemon.pid),
    version: `${daemon.version} (protocol ${daemon.protocol_version})`,
    up: uptime(Date.now() - Date.parse(daemon.started_at)),
    sessions: `${live_sessions} live`,
    clients: `${clients} connected`,
    data: daemon.data_directory,
  };
}

/** `2 d 3 h`, `4 min`, `12 s`: the largest unit, and the next one where it tells something. */
function uptime(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3_600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
