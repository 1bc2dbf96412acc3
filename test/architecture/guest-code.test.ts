import assert from 'node:assert/strict';
import path from 'node:path';
import { findPatchable } from './patchable-calls.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Run once, while the script is loaded or a context is made: before any code of a guest. */
const bootstrap = [
  'asConsole', 'captureLate', 'connect', 'finish', 'finishWebClass', 'functionsOf', 'getterOf', 'makeConsole', 'refuse',
  'renameFunctions',
]; // prettier-ignore

/** What these go through is the guest's own, given for that. */
const guestsOwn = [
  'daemon/host/guest/web/abort.ts iterates',
  'daemon/host/guest/web/structured-clone.ts spreads an iterable',
  'daemon/host/guest/web/url-search-params.ts iterates',
  'daemon/host/guest/web/url-search-params.ts spreads an iterable',
];

describe('code that runs beside a guest', () => {
  it('uses nothing that the guest could have patched', function () {
    this.timeout(60_000);
    const found = findPatchable(root, 'daemon/host/guest', bootstrap).map((line) => line.replace(/:\d+/, ''));
    assert.deepEqual([...new Set(found)].sort(), guestsOwn);
  });
});
