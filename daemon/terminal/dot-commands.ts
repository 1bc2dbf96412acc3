import { readFile, writeFile } from 'node:fs/promises';
import type { ReplBackend } from './repl-backend.ts';
import { paintValue, type Style } from './style.ts';

/** What a command can do with the terminal that it was typed in. */
export type Conversation = {
  readonly backend: ReplBackend;
  readonly style: Style;
  /** Inputs that ran, oldest first. */
  readonly inputs: readonly string[];
  write(text: string): void;
  evaluate(input: string): Promise<void>;
  leave(): void;
};

type DotCommand = {
  argument?: string;
  help: string;
  run: (repl: Conversation, argument: string) => Promise<void> | void;
};

/** Commands that talk to the terminal instead of the session. */
export const DOT_COMMANDS: Readonly<Record<string, DotCommand>> = {
  help: { help: 'show this list', run: showHelp },
  globals: { help: 'list what the session defines', run: showGlobals },
  restart: { help: 'start the session anew; its state is lost', run: restart },
  load: { argument: 'FILE', help: 'run a file, all of it as one input', run: load },
  save: { argument: 'FILE', help: 'write what was typed to a file', run: save },
  exit: {
    help: 'leave; the session stays',
    run: (repl) => {
      repl.leave();
    },
  },
};

/** Runs `.name argument`; an unknown name says what there is. Failures are shown, never thrown. */
export async function runDotCommand(repl: Conversation, line: string): Promise<void> {
  const [, name = '', argument = ''] = /^\.(\S+)\s*(.*)$/.exec(line) ?? [];
  const command = Object.hasOwn(DOT_COMMANDS, name) ? DOT_COMMANDS[name] : undefined;
  try {
    if (command === undefined) throw new Error(`there is no .${name}; .help lists what there is`);
    if (command.argument !== undefined && argument === '') throw new Error(`.${name} needs a ${command.argument}`);
    await command.run(repl, argument);
  } catch (error) {
    repl.write(`${repl.style.red(error instanceof Error ? error.message : String(error))}\n`);
  }
}

function showHelp(repl: Conversation): void {
  const rows = Object.entries(DOT_COMMANDS).map(
    ([name, { argument = '', help }]) => [`.${name} ${argument}`, help] as const,
  );
  const width = Math.max(...rows.map(([usage]) => usage.length));
  for (const [usage, help] of rows) repl.write(`${repl.style.bold(usage.padEnd(width))}  ${help}\n`);
  repl.write('Tab completes, Ctrl-C stops what runs and keeps the state, Ctrl-D leaves.\n');
}

async function showGlobals(repl: Conversation): Promise<void> {
  const globals = await repl.backend.globals();
  if (globals.length === 0) repl.write('The session defines nothing yet.\n');
  for (const { name, type, preview } of globals) {
    repl.write(`${repl.style.bold(name)}: ${paintValue(repl.style, type, preview)}\n`);
  }
}

async function restart(repl: Conversation): Promise<void> {
  await repl.backend.restart();
  repl.write('The session was restarted.\n');
}

async function load(repl: Conversation, file: string): Promise<void> {
  await repl.evaluate(await readFile(file, 'utf8'));
}

async function save(repl: Conversation, file: string): Promise<void> {
  await writeFile(file, repl.inputs.map((input) => `${apart(input)}\n`).join(''), { mode: 0o600 });
  repl.write(`Wrote ${repl.inputs.length} inputs to ${file}.\n`);
}

/** An input that would go on with the one before it, now that both stand in one file: `a` and `(b)` would be a call. */
function apart(input: string): string {
  return /^\s*[([`/+*-]/.test(input) ? `;${input}` : input;
}
