import { PassThrough, Writable } from 'node:stream';
import * as vscode from 'vscode';
import type { ReplBackend } from '../../daemon/terminal/repl-backend.ts';

export type ReplPtyOptions = {
  backend: ReplBackend;
  /** Said above the first prompt. */
  banner: string;
  history: readonly string[];
  remember: (line: string) => void;
};

/** The command line's REPL in a terminal of the editor: the same line editor, over streams that the terminal reads and writes. */
export class ReplPty implements vscode.Pseudoterminal {
  readonly #options: ReplPtyOptions;
  readonly #write = new vscode.EventEmitter<string>();
  readonly #close = new vscode.EventEmitter<number>();
  readonly #input = new PassThrough();
  readonly #output: TerminalOutput;
  #isRunning = false;
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;

  constructor(options: ReplPtyOptions) {
    this.#options = options;
    this.#output = new TerminalOutput((text) => {
      this.#write.fire(text);
    });
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    if (dimensions !== undefined) this.setDimensions(dimensions);
    void this.#talk();
  }

  /** Keys as the terminal sends them; Ctrl-C among them, which the line editor takes as an interrupt. */
  handleInput(data: string): void {
    this.#input.write(data);
  }

  setDimensions({ columns, rows }: vscode.TerminalDimensions): void {
    this.#output.resize(columns, rows, { redraw: !this.#isRunning });
  }

  close(): void {
    this.#input.end();
  }

  async #talk(): Promise<void> {
    const { backend, banner, history, remember } = this.#options;
    this.#write.fire(`${banner}\r\n`);
    // Loaded only now: it comes with a parser of JavaScript.
    const { ReplTerminal } = await import('../../daemon/terminal/repl-terminal.ts');
    const streams = { input: this.#input, output: this.#output };
    await new ReplTerminal(this.#watched(backend), {
      ...streams,
      terminal: true,
      coloured: true,
      history,
      remember,
    }).run();
    this.#close.fire(0);
  }

  #watched(backend: ReplBackend): ReplBackend {
    const execute: ReplBackend['execute'] = async (input, onEvent) => {
      this.#isRunning = true;
      try {
        await backend.execute(input, onEvent);
      } finally {
        this.#isRunning = false;
      }
    };
    return { ...backend, execute };
  }
}

/** What a line editor asks of the terminal that it writes to. */
class TerminalOutput extends Writable {
  readonly isTTY = true;
  columns = 80;
  rows = 24;
  readonly #show: (text: string) => void;

  constructor(show: (text: string) => void) {
    super({ decodeStrings: false });
    this.#show = show;
  }

  /** A line editor that hears of it draws its prompt again, which has no place in the middle of what code prints. */
  resize(columns: number, rows: number, { redraw }: { redraw: boolean }): void {
    const isOther = columns !== this.columns;
    this.columns = columns;
    this.rows = rows;
    if (redraw && isOther) this.emit('resize');
  }

  /** A terminal without a shell has nobody else who makes lines begin at the left. */
  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#show(chunk.toString().replaceAll(/\r?\n/g, '\r\n'));
    done();
  }
}
