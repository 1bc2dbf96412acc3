import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** What these go through is the guest's own, given for that. */
const guestsOwn = [
  'daemon/host/guest/web/abort.ts iterates',
  'daemon/host/guest/web/structured-clone.ts spreads an iterable',
  'daemon/host/guest/web/url-search-params.ts iterates',
  'daemon/host/guest/web/url-search-params.ts spreads an iterable',
];

describe('code that runs beside a guest', () => {
  it('uses nothing that the guest could have patched', async function () {
    this.timeout(60_000);
    // Apart from the tests: TypeScript's checker takes memory that others measure.
    const script = path.join(import.meta.dirname, 'patchable-calls.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script]);
    const found = stdout.split('\n').filter((line) => line !== '');
    assert.deepEqual([...new Set(found.map((line) => line.replace(/:\d+/, '')))].sort(), guestsOwn);
  });
});
