import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, OUTCOME_CODES } from '../../../shared/errors/error-codes.ts';

const root = join(import.meta.dirname, '..', '..', '..');

describe('the error table', () => {
  const codes = Object.entries(ERROR_CODES);

  it('is what docs/api-reference.md says, row by row, in both directions', () => {
    const page = readFileSync(join(root, 'docs', 'api-reference.md'), 'utf8');
    const documented = [...page.matchAll(/^\| *`?([A-Z][A-Z_]+)`? *\| *(\d{3}) *\|/gm)].map(
      ([, code, status]) => `${code} ${status}`,
    );
    assert.deepEqual(documented.sort(), codes.map(([code, { http }]) => `${code} ${http}`).sort());
  });

  it('documents every way in which an execution can end, too', () => {
    const page = readFileSync(join(root, 'docs', 'api-reference.md'), 'utf8');
    for (const code of Object.keys(OUTCOME_CODES)) assert.ok(page.includes(code), code);
  });

  it('has no row that nothing raises', () => {
    const sources = readdirSync(join(root, 'daemon'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(root, 'daemon', file), 'utf8'))
      .join('\n');
    const all = [...Object.keys(ERROR_CODES), ...Object.keys(OUTCOME_CODES)];
    assert.deepEqual(
      all.filter((code) => !sources.includes(`'${code}'`)),
      [],
    );
  });

  it('gives each row a status of HTTP and a number of its own', () => {
    for (const [code, { http }] of codes) assert.ok(http >= 400 && http < 600, code);
    assert.equal(new Set(codes.map(([, { rpc }]) => rpc)).size, codes.length);
    assert.ok(codes.every(([, { rpc }]) => rpc > 0));
  });
});
