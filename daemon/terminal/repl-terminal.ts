import { clearLine, createInterface, cursorTo, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import { runDotCommand } from './dot-commands.ts';
import { EventPrinter } from './event-printer.ts';
import { isIncomplete } from './incomplete-input.ts';
import type { ReplBackend } from './repl-backend.ts';
import { createStyle, type Style } from './style.ts';

export type ReplOptions = {
  input: Readable;
  output: Writable;
  /** Keys, colours and completion; off when lines are piped in. */
  terminal: boolean;
  coloured: boolean;
  /** Earlier lines, oldest first; `remember` is given each new one. */
  history: readonly string[];
  remember: (line: string) => void;
};

const PROMPT = '> ';
const CONTINUATION = '… ';

/** A line-by-line conversation with a session, over any pair of streams. */
export class ReplTerminal {
  readonly #backend: ReplBackend;
  readonly #options: ReplOptions;
  readonly #readline: Interface;
  readonly #printer: EventPrinter;
  readonly style: Style;
  /** Lines of an input that is not complete yet. */
  #buffer = '';
  #running = false;
  #leaving = false;
  #closed = false;
  /** Inputs that ran, for .save. */
  readonly inputs: string[] = [];
  #queue: Promise<void> = Promise.resolve();

  constructor(backend: ReplBackend, options: ReplOptions) {
    this.#backend = backend;
    this.#options = options;
    this.style = createStyle(options.coloured);
    const write = (text: string): void => {
      this.write(text);
    };
    this.#printer = new EventPrinter({ stdout: write, stderr: write }, this.style, { showUndefined: true });
    this.#readline = createInterface({
      input: options.input,
      output: options.output,
      terminal: options.terminal,
      history: [...options.history].reverse(),
      historySize: 1000,
      removeHistoryDuplicates: true,
      prompt: options.terminal ? PROMPT : '',
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        void this.#complete(line).then((result) => {
          done(null, result);
        });
      },
    });
  }

  get backend(): ReplBackend {
    return this.#backend;
  }

  /** Resolves when the user leaves or the input ends, and everything that was typed has run. */
  async run(): Promise<void> {
    this.#readline.on('line', (line) => {
      this.#queue = this.#queue.then(() => this.#line(line));
    });
    this.#readline.on('SIGINT', () => {
      this.#interrupt();
    });
    const leaving = new AbortController();
    const following = this.#showBackground(leaving.signal);
    this.#readline.prompt();
    await new Promise<void>((resolve) => this.#readline.once('close', resolve));
    this.#closed = true;
    await this.#queue;
    leaving.abort();
    await following;
  }

  /** Writes text in lines of its own, wherever the cursor is. */
  write(text: string): void {
    this.#options.output.write(text);
  }

  leave(): void {
    this.#leaving = true;
    this.#readline.close();
  }

  /** Runs a whole input and shows what it does. */
  async evaluate(input: string): Promise<void> {
    this.#running = true;
    try {
      this.inputs.push(input);
      await this.#backend.execute(input, (event) => {
        this.#printer.print(event);
      });
    } catch (error) {
      this.write(`${this.style.red(error instanceof Error ? error.message : String(error))}\n`);
    } finally {
      this.#running = false;
    }
  }

  /** What timers print comes above the line that is being typed. A session that cannot be followed is still one to talk to. */
  async #showBackground(signal: AbortSignal): Promise<void> {
    const show = (event: ExecutionEvent): void => {
      if (this.#running || this.#closed || !this.#options.terminal) {
        this.#printer.print(event);
        return;
      }
      clearLine(this.#options.output, 0);
      cursorTo(this.#options.output, 0);
      this.#printer.print(event);
      if (event.type === 'stdout' || event.type === 'stderr') this.write('\n');
      this.#readline.prompt(true);
    };
    await this.#backend.followBackground?.(show, signal).catch(() => undefined);
  }

  async #line(line: string): Promise<void> {
    if (this.#leaving) return;
    if (line.trim() !== '') this.#options.remember(line);
    if (this.#buffer === '' && /^\s*\.[a-z]+/.test(line)) await runDotCommand(this, line.trim());
    else await this.#code(line);
    this.#ask();
  }

  #ask(): void {
    if (this.#leaving || this.#closed) return;
    this.#readline.setPrompt(this.#options.terminal ? (this.#buffer === '' ? PROMPT : CONTINUATION) : '');
    this.#readline.prompt();
  }

  async #code(line: string): Promise<void> {
    const input = this.#buffer + line;
    this.#buffer = '';
    if (input.trim() === '') return;
    if (isIncomplete(input)) this.#buffer = `${input}\n`;
    else await this.evaluate(input);
  }

  /** Ctrl-C: stops what runs; else drops what is typed; on an empty line says how to leave. */
  #interrupt(): void {
    if (this.#running) {
      void this.#backend.interrupt().catch(() => undefined);
      return;
    }
    const empty = this.#readline.line === '' && this.#buffer === '';
    this.#buffer = '';
    this.write(empty ? '\n(Ctrl-D or .exit leaves; the session stays)\n' : '\n');
    // Drops the typed text: the same keys that a person would use.
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
    this.#readline.setPrompt(PROMPT);
    this.#readline.prompt();
  }

  async #complete(line: string): Promise<[string[], string]> {
    const input = this.#buffer + line;
    try {
      const { from, to, labels } = await this.#backend.complete(input, input.length);
      return [labels, input.slice(from, to)];
    } catch {
      return [[], line];
    }
  }
}
