import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { manPage } from '../../daemon/cli/man-page.ts';
import { createProgram } from '../../daemon/cli/program.ts';

const root = join(import.meta.dirname, '../..');
const reference = readFileSync(join(root, 'docs/cli-command-reference.md'), 'utf8');
const program = createProgram('1.2.3');
const page = manPage(program, { version: '1.2.3', reference });

function leaves(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? leaves(child) : [child]));
}

describe('the manual page', () => {
  it('has every command that is shown, with its options, and the tables of the reference', () => {
    const shown = leaves(program).filter((command) => command.name() !== 'complete');
    assert.equal(page.match(/^\.SS /gm)?.length, shown.length);
    assert.match(page, /^\.SS template set\\-settings <template\\-id>\nChange settings; what is not named stays\.$/m);
    assert.match(page, /^\.TP\n\.B \\-\\-durability <mode>\n.*\(one of normal, full; default: normal\)$/m);
    assert.match(page, /^\.TP\n\.B 75\n/m);
    assert.match(page, /^\.TP\n\.B VM_SYSTEM_DATA_DIR\n/m);
    assert.doesNotMatch(page, /undefined|detached/);
  });

  it('has no line that roff would take for a request, beside ours', () => {
    const requests = new Set(page.split('\n').flatMap((line) => /^[.'](\S*)/.exec(line)?.[1] ?? []));
    assert.deepEqual([...requests].sort(), ['B', 'SH', 'SS', 'TH', 'TP']);
  });

  it('is what the build has made, and what the command prints', () => {
    const built = readFileSync(join(root, 'dist/vm-system.1'), 'utf8');
    const { stdout } = spawnSync(join(root, 'vm-system'), ['man'], { encoding: 'utf8' });
    assert.equal(stdout, built);
    assert.match(built, /^\.TH VM\\-SYSTEM 1/);
  });

  // Where there is a man, it has to like it.
  const groff = spawnSync('groff', ['-ww', '-man', '-Tutf8', '-P-cbou'], { input: page, encoding: 'utf8' });
  if (groff.error === undefined) {
    it('is formatted without a warning', () => {
      assert.equal(groff.stderr, '');
      assert.match(groff.stdout, /EXIT STATUS/);
    });
  }
});
