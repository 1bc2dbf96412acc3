import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionChoices } from '../../extension/session-choices.ts';

describe('the session that a folder used last', () => {
  let base: string;
  let directory: string;

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'vm-choices-'));
    directory = join(base, 'storage', 'sessions');
  });

  afterEach(() => {
    rmSync(base, { recursive: true, force: true });
  });

  it('is known to a window that opens at once, folder by folder', () => {
    const window = new SessionChoices(directory);
    window.set('/one', 'a');
    window.set('/two', 'b');
    window.set('/one', 'c');
    const next = new SessionChoices(directory);
    assert.deepEqual([next.get('/one'), next.get('/two'), next.get('/three')], ['c', 'b', undefined]);
    assert.equal(readdirSync(directory).length, 2);
  });

  it('stays what this window chose, whatever another one does', () => {
    const window = new SessionChoices(directory);
    window.set('/one', 'a');
    new SessionChoices(directory).set('/one', 'b');
    assert.equal(window.get('/one'), 'a');
  });

  it('is unknown where half a file was left, until the next choice', () => {
    const window = new SessionChoices(directory);
    window.set('/one', 'a');
    const [file = ''] = readdirSync(directory);
    truncateSync(join(directory, file), 5);
    const next = new SessionChoices(directory);
    assert.equal(next.get('/one'), undefined);
    next.set('/one', 'b');
    assert.equal(new SessionChoices(directory).get('/one'), 'b');
  });

  it('counts in this window also where nothing can be written', () => {
    writeFileSync(join(base, 'storage'), 'a file where the folder should be');
    const window = new SessionChoices(directory);
    assert.throws(() => {
      window.set('/one', 'a');
    });
    assert.equal(window.get('/one'), 'a');
  });
});
