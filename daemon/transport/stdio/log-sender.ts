import type { MessageType } from 'vscode-languageserver-protocol';
import type { InitializationOptions } from '../../../shared/protocol/daemon.protocol.ts';

/** Where lines of the daemon's log come from; levels are pino's numbers. */
export type LogSource = { subscribe(listener: (line: { level: number; text: string }) => void): () => void };

type LogLevel = NonNullable<InitializationOptions['log_level']>;

/** Lines that may wait for a client that does not read; more are counted and left out. */
const MAX_WAITING = 200;

const PINO_LEVELS: Readonly<Record<LogLevel, number>> = { off: Infinity, error: 50, warn: 40, info: 30, debug: 20 };

/** Sends window/logMessage; resolves when the client's side has taken it. */
export type SendLog = (message: { type: MessageType; message: string }) => Promise<void>;

/** Tells one client the daemon's log from some level up, as far as it keeps reading. */
export class LogSender {
  readonly #send: SendLog;
  readonly #stop: () => void;
  #waiting = 0;
  #left = 0;

  constructor(source: LogSource, level: LogLevel, send: SendLog) {
    this.#send = send;
    this.#stop = source.subscribe((line) => {
      if (line.level >= PINO_LEVELS[level]) this.#add(line);
    });
  }

  dispose(): void {
    this.#stop();
  }

  #add({ level, text }: { level: number; text: string }): void {
    if (this.#waiting >= MAX_WAITING) {
      this.#left += 1;
      return;
    }
    const left = this.#left === 0 ? '' : `(${this.#left} lines were left out) `;
    this.#left = 0;
    this.#waiting += 1;
    void this.#send({ type: messageType(level), message: left + text }).finally(() => (this.#waiting -= 1));
  }
}

/** 1 error, 2 warning, 3 info, 4 log, as LSP numbers them. */
function messageType(level: number): MessageType {
  if (level >= PINO_LEVELS.error) return 1;
  if (level >= PINO_LEVELS.warn) return 2;
  return level >= PINO_LEVELS.info ? 3 : 4;
}
