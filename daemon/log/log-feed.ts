/** A line of the daemon's log, as others than the file see it. */
export type LogLine = { level: number; text: string };

/** Fields that every line has; what else there is goes behind the message. */
const ORDINARY = new Set(['level', 'time', 'msg', 'pid', 'hostname']);

/** A destination for pino that hands lines to whoever listens; costs nothing while nobody does. */
export class LogFeed {
  readonly #listeners = new Set<(line: LogLine) => void>();

  write(json: string): void {
    if (this.#listeners.size === 0) return;
    const { level, msg = '', ...fields } = JSON.parse(json) as { level: number; msg?: string };
    const more = Object.entries(fields).filter(([name]) => !ORDINARY.has(name));
    const text = more.length === 0 ? msg : `${msg} ${JSON.stringify(Object.fromEntries(more))}`;
    for (const listener of this.#listeners) listener({ level, text });
  }

  /** @returns how to stop listening */
  subscribe(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
