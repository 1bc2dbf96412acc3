import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Argument, Command } from 'commander';
import { createProgram } from '../../daemon/cli/program.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'cli-command-reference.md'), 'utf8');
const program = createProgram('0.0.0');
const globals = new Set(program.options.map(({ long }) => long));

/** `template get <template-id>` → its options, as the code declares them. */
function declared(command: Command, prefix = ''): Map<string, string[]> {
  const all = command.commands.map((child): [string, string[]][] => {
    const name = `${prefix} ${child.name()}`.trim();
    if (child.commands.length > 0) return [...declared(child, name)];
    const usage = [name, ...child.registeredArguments.map(argumentText)].join(' ');
    return [[usage, child.options.filter(({ long }) => !globals.has(long)).map(({ flags }) => flags)]];
  });
  return new Map(all.flat());
}

function argumentText(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}

function optionsIn(text: string): string[] {
  return [...text.matchAll(/^\| `(-[^`]+)` \|/gm)].map((match) => match[1] ?? '');
}

/** The same, as the page has it. */
function documented(): Map<string, string[]> {
  const sections = page.split(/^### /m).slice(1);
  return new Map(sections.map((section) => [section.split('\n', 1)[0] ?? '', optionsIn(section)]));
}

describe('docs/cli-command-reference.md', () => {
  it('has the options of every command', () => {
    const options = program.options.filter(({ long }) => long !== '--version').map(({ flags }) => flags);
    assert.deepEqual(optionsIn(page.split(/^### /m)[0] ?? '').sort(), options.sort());
  });

  it('has exactly the commands, arguments and options that there are', () => {
    assert.deepEqual(Object.fromEntries(documented()), Object.fromEntries(declared(program)));
  });
});
