import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../daemon/cli/program.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'cli-command-reference.md'), 'utf8');
const program = createProgram('0.0.0');
const globals = new Set(program.options.map(({ long }) => long));

/** `template create` → its options, as the code declares them. */
function declared(command: Command, prefix = ''): Map<string, string[]> {
  const all = command.commands.map((child): [string, string[]][] => {
    const name = `${prefix} ${child.name()}`.trim();
    if (child.commands.length > 0) return [...declared(child, name)];
    return [[name, child.options.filter(({ long }) => !globals.has(long)).map(({ flags }) => flags)]];
  });
  return new Map(all.flat());
}

/** The same, as the page has it. */
function documented(): Map<string, string[]> {
  const sections = page.split(/^### /m).slice(1);
  return new Map(
    sections.map((section) => {
      const name = /^[a-z -]+(?<! )/.exec(section)?.[0] ?? '';
      return [name, [...section.matchAll(/^\| `(-[^`]+)` \|/gm)].map((match) => match[1] ?? '')];
    }),
  );
}

describe('docs/cli-command-reference.md', () => {
  it('has exactly the commands and options that there are', () => {
    assert.deepEqual(Object.fromEntries(documented()), Object.fromEntries(declared(program)));
  });
});
