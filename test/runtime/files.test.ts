import assert from 'node:assert/strict';
import { lines, RuntimeFixture, type Ran } from './runtime-fixture.ts';
import type { RunRequest } from '../../daemon/runtime/runtime.ts';

describe('runtime: files', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  const runFile = (source: string, more: Partial<RunRequest> = {}): Promise<Ran> =>
    fixture.run(session, source, {}, { kind: 'run_file', file: "/work tree/it's.js", ...more });

  before(async () => {
    session = await fixture.open();
  });
  after(() => fixture.dispose());

  it('gives the value of the last expression', async () => {
    const { status, result } = await runFile('#!/usr/bin/env node\nconst two = 2;\ntwo * 21');
    assert.equal(status, 'ok');
    assert.equal(result?.preview, '42');
  });

  it('lets later executions see what the file declares, and the file run again', async () => {
    const source = 'let top = 1; const pi = 3; class K {}; function f() { return top + pi }';
    await runFile(source);
    assert.equal((await runFile(source)).status, 'ok');
    assert.equal(await fixture.preview(session, 'top += 10; f()'), '14');
    assert.equal(await fixture.preview(session, 'typeof K'), 'function');
  });

  it('names the file, line and column in stacks', async () => {
    const { error } = await runFile('const x = 1;\nfunction fail() {\n  throw new Error("here");\n}\nfail();');
    const url = 'file:///work%20tree/it%27s.js';
    assert.equal(error?.stack, `Error: here\n    at fail (${url}:3:9)\n    at ${url}:5:1`);
    const { error: syntax } = await runFile('let a;\n  let b b;');
    assert.equal(syntax?.stack, `SyntaxError: Unexpected identifier 'b'\n    at ${url}:2:9`);
  });

  it('waits for the promise that the file ends with', async () => {
    const source = 'async function main() { await null; console.log("done"); return 5 }\nmain()';
    const { result, events } = await runFile(source);
    assert.equal(result?.preview, '5');
    assert.deepEqual(lines(events), ['done']);
    const { error } = await runFile('(async () => { await null; throw new Error("in main") })()');
    assert.equal(error?.message, 'Error: in main');
  });

  it('has args and env for the time of the run', async () => {
    const given = { args: { n: 1, list: ['a'] }, env: { MODE: 'test' } };
    const { result } = await runFile('[args.n, args.list, env.MODE]', given);
    assert.deepEqual(result?.json, [1, ['a'], 'test']);
    assert.equal(await fixture.preview(session, 'typeof args + typeof env'), 'undefinedundefined');
  });

  it('puts back what args and env were before', async () => {
    await fixture.run(session, 'globalThis.args = "mine"');
    const { result } = await runFile('args.length', { args: [1, 2, 3] });
    assert.equal(result?.preview, '3');
    assert.equal(await fixture.preview(session, 'args'), 'mine');
  });
});
