import assert from 'node:assert/strict';
import { validate, version } from 'uuid';
import { newId } from '../../daemon/services/new-id.ts';

describe('ids', () => {
  it('are UUIDs of version 7, different from each other, and sort in the order in which they were made', () => {
    const ids = Array.from({ length: 50_000 }, newId);
    assert.ok(ids.every((id) => validate(id) && version(id) === 7));
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual([...ids].sort(), ids);
    assert.ok(Math.abs(parseInt((ids.at(-1) ?? '').replace('-', '').slice(0, 12), 16) - Date.now()) < 5_000);
  });
});
