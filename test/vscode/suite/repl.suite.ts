import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { command } from './reached.ts';
import { edit, runFile, theExtension, tidyUp, until } from './window.ts';

/** A terminal's other end: what a person sees there, and the keys. */
class Screen {
  readonly #pty: vscode.Pseudoterminal;
  readonly #terminal: vscode.Terminal;
  text = '';

  constructor(terminal: vscode.Terminal) {
    const { pty } = terminal.creationOptions as vscode.ExtensionTerminalOptions;
    this.#pty = pty;
    this.#terminal = terminal;
    pty.onDidWrite((text) => (this.text += text));
  }

  type(keys: string): void {
    this.#pty.handleInput?.(keys);
  }

  async shows(what: string | RegExp): Promise<void> {
    await until(
      () => `${String(what)} in the terminal, which shows ${JSON.stringify(this.text)}`,
      () => (typeof what === 'string' ? this.plain.includes(what) : what.test(this.plain)),
    );
  }

  get plain(): string {
    return this.text.replaceAll(/\x1b\[[0-9;]*[A-Za-z]/g, '');
  }

  async leave(): Promise<void> {
    this.#terminal.dispose();
    await until('end of the terminal', () => !vscode.window.terminals.includes(this.#terminal));
  }
}

describe('the REPL', () => {
  let screen: Screen | undefined;

  afterEach(async () => {
    await screen?.leave();
    screen = undefined;
    await tidyUp();
  });

  async function open(): Promise<Screen> {
    const terminal = await command<vscode.Terminal>('vmSystem.openRepl');
    assert.ok(terminal);
    screen = new Screen(terminal);
    await screen.shows('> ');
    return screen;
  }

  it('works on the variables of the session, in colours, and shows output as it comes', async () => {
    await edit('shared.js', 'globalThis.shared = { n: 40 };\n');
    await runFile('shared.js');
    const repl = await open();
    repl.type('shared.n + 2\r');
    await repl.shows(/^42\r?$/m);
    assert.match(repl.text, /\x1b\[\d+m42/, 'values are coloured');
    repl.type('console.log("printed"); shared.n = 1; "done"\r');
    await repl.shows("'done'");
    await repl.shows('printed');
    repl.type('nonsense.here\r');
    await repl.shows('Uncaught ReferenceError');
  });

  it('completes with Tab and remembers what was typed', async () => {
    await edit('long.js', 'globalThis.aVeryLongName = 1;\n');
    await runFile('long.js');
    const first = await open();
    first.type('aVeryLo');
    // A session whose machine is busy gives no answer in time, and the key is pressed again.
    await until('completed name', () => {
      if (!first.plain.includes('aVeryLongName')) first.type('\t');
      return first.plain.includes('aVeryLongName');
    });
    first.type(' + 1\r');
    await first.shows(/^2\r?$/m);
    await first.leave();
    const second = await open();
    second.type('\x1b[A');
    await second.shows('aVeryLongName + 1');
  });

  it('stops what runs with Ctrl-C, keeps the variables, and continues lines', async () => {
    const repl = await open();
    repl.type('var kept = "kept"; for (;;) ;\r');
    const { state, active } = await theExtension();
    await until('running session', () => active.current() !== undefined && state.running(active.current()!.id));
    repl.type('\x03');
    await repl.shows('CANCELLED');
    repl.type('kept.length +\r');
    await repl.shows('…');
    repl.type('1\r');
    await repl.shows(/^5\r?$/m);
  });

  it('ends with .exit, and the session stays', async () => {
    const repl = await open();
    const { active } = await theExtension();
    const session = active.current();
    const terminals = vscode.window.terminals.length;
    repl.type('.exit\r');
    await until('end of the terminal', () => vscode.window.terminals.length === terminals - 1);
    assert.equal(active.current()?.id, session?.id);
    screen = undefined;
  });
});
