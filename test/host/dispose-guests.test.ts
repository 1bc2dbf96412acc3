import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('the isolates of a host', () => {
  it('can be disposed as soon as they are made, while their garbage is still collected', () => {
    // In a process of their own: one that V8 ends says no more than its signal.
    const script = join(import.meta.dirname, 'dispose-guests.ts');
    const options = ['--no-node-snapshot', '--no-warnings', script, '60'];
    const { status, signal, stdout } = spawnSync(process.execPath, options, { encoding: 'utf8' });
    assert.deepEqual({ status, signal, stdout }, { status: 0, signal: null, stdout: '60 disposed' });
  });
});
