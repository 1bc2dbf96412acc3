import { Socket } from 'node:net';
import { MAX_CALL_CHARS, type FromModules, type ToModules } from '../../shared/ipc/call-messages.ts';
import { LineSplitter } from '../../shared/ipc/line-splitter.ts';
import { ModuleCalls } from './module-calls.ts';

/**
 * The module process of one session: a channel to the daemon, and the modules behind it. It lives as long as the channel.
 */
const CHANNEL_FD = 3;

const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
const lines = new LineSplitter(2 * MAX_CALL_CHARS);
let calls: ModuleCalls | undefined;

function send(message: FromModules): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

function receive(message: ToModules): void {
  if (message.t === 'policy') calls = new ModuleCalls(message.policy, send);
  else if (message.t === 'call') void calls?.call(message.call);
  else calls?.cancel(message.id);
}

function end(): void {
  calls?.close();
  process.exit();
}

socket.setEncoding('utf8');
socket.on('data', (chunk: string) => {
  for (const line of lines.push(chunk)) receive(JSON.parse(line) as ToModules);
});
socket.on('end', end);
socket.on('close', end);
socket.on('error', end);
