import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NOTIFICATIONS, REQUESTS } from '../../shared/protocol/methods.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'json-rpc.md'), 'utf8');

describe('docs/json-rpc.md', () => {
  it('has exactly the requests that there are, with their REST operations', () => {
    const documented = [...page.matchAll(/^\| `(vm\/\w+\/\w+)` \| (–|`[A-Z]+ .*`) \|$/gm)].map(
      ([, method, rest = '']) => [method, [...rest.matchAll(/`([^`]+)`/g)].map(([, operation]) => operation)],
    );
    const declared = Object.entries(REQUESTS).map(([method, { rest }]) => [method, rest]);
    assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(declared));
  });

  it('has exactly the notifications that there are', () => {
    const documented = [...page.matchAll(/^\| `(vm\/\w+\/\w+)` \| `\{/gm)].map(([, method]) => method);
    assert.deepEqual(documented.sort(), Object.keys(NOTIFICATIONS).sort());
  });
});
