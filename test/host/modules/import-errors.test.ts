import assert from 'node:assert/strict';
import { ModuleSession, valueOf, type Ran } from './module-session.ts';

describe('imports that fail', () => {
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({
      'gone.mjs': 'export {};\nimport "./nope.mjs"', 'deep.mjs': 'import "./gone.mjs"', 'gone.cjs': "require('./nope')",
      'name.mjs': 'import { nope } from "./m.mjs"', 'm.mjs': 'export const a = 1', 'cname.mjs': 'import { nope } from "./c.cjs"', 'c.cjs': 'exports.a = 1',
      'syntax.mjs': 'let a = 1;\n  let b = = 2', 'usesyntax.mjs': 'import "./syntax.mjs"', 'syntax.cjs': '\n\nlet c = ;', 'json.cjs': "require('./bad.json')", 'bad.json': '{"a": }',
      'throws.mjs': 'class Own extends Error {}\nexport function f() {\n  throw globalThis.thrown = new Own("own");\n}\nf()', 'usethrows.mjs': 'import "./throws.mjs"; export const never = 1',
      'primitive.mjs': 'export {}; throw 42', 'later.mjs': 'await null; throw globalThis.thrown = { later: true }', 'source.mjs': 'import source x from "./m.mjs"', 'defer.mjs': 'import defer * as x from "./m.mjs"',
      'attribute.mjs': 'import x from "./m.mjs" with { type: "json" }', 'attribute2.mjs': 'import x from "./bad.json" with { type: "css" }', 'image.mjs': 'import "./logo.jsx"', 'logo.jsx': '',
      'node.mjs': 'import { readFileSync } from "node:fs"', 'node.cjs': "require('child_process')", 'host.cjs': "require('database')", 'enum.mjs': 'import "./enum.ts"', 'enum.ts': 'export enum E { A }',
    }); // prettier-ignore
  });
  after(() => session.close());

  const failure = ({ error }: Ran): string =>
    `${error?.code ?? ''} ${error?.stack?.replaceAll(`file://${session.root}/`, '~/') ?? ''}`;

  it('name the specifier, the importing file, and the place', async () => {
    const cases = [
      ['gone.mjs', "IMPORT_FAILED Error: Cannot find module './nope.mjs' imported from gone.mjs"],
      ['deep.mjs', "IMPORT_FAILED Error: Cannot find module './nope.mjs' imported from gone.mjs"],
      ['gone.cjs', "IMPORT_FAILED Error: Cannot find module './nope' imported from gone.cjs\n    at ~/gone.cjs:1:1"],
      ['name.mjs', "IMPORT_FAILED SyntaxError: The requested module './m.mjs' does not provide an export named 'nope' (imported from name.mjs)\n    at ~/name.mjs"],
      ['cname.mjs', "IMPORT_FAILED SyntaxError: The requested module './c.cjs' does not provide an export named 'nope' (imported from cname.mjs)\n    at ~/cname.mjs"],
      ['syntax.mjs', "IMPORT_FAILED SyntaxError: Unexpected token '=' (syntax.mjs:2:11)\n    at ~/syntax.mjs:2:11"],
      ['usesyntax.mjs', "IMPORT_FAILED SyntaxError: Unexpected token '=' (syntax.mjs:2:11)\n    at ~/syntax.mjs:2:11"],
      ['json.cjs', 'IMPORT_FAILED SyntaxError: bad.json: Unexpected token \'}\', "{"a": }" is not valid JSON\n    at ~/json.cjs:1:1'],
      ['throws.mjs', 'JS_EXCEPTION Own: own\n    at f (~/throws.mjs:3:29)\n    at ~/throws.mjs:5:1'],
      ['usethrows.mjs', 'JS_EXCEPTION Own: own\n    at f (~/throws.mjs:3:29)\n    at ~/throws.mjs:5:1'],
      ['source.mjs', 'IMPORT_FAILED SyntaxError: import source and import defer are not supported, imported from source.mjs'],
      ['defer.mjs', 'IMPORT_FAILED SyntaxError: import source and import defer are not supported, imported from defer.mjs'],
      ['attribute.mjs', "IMPORT_FAILED TypeError: './m.mjs' imported from attribute.mjs is not JSON"],
      ['attribute2.mjs', "IMPORT_FAILED TypeError: Import attribute css of './bad.json' imported from attribute2.mjs is not supported"],
      ['image.mjs', 'IMPORT_FAILED Error: Unknown file extension ".jsx" for logo.jsx, imported from image.mjs'],
      ['enum.mjs', 'IMPORT_FAILED SyntaxError: enum.ts:1:8: TypeScript enum is not supported in strip-only mode'],
    ] as const; // prettier-ignore
    for (const [file, expected] of cases) assert.equal(failure(await session.file(file)), expected, file);
    assert.match(
      failure(await session.repl("require('./syntax.cjs')")),
      /^IMPORT_FAILED SyntaxError: Unexpected token ';' \(syntax\.cjs:3:9\)/,
    );
    assert.equal(session.lost, undefined);
  });

  it('name the export that a module lacks, in the REPL as in files', async () => {
    const cases = [
      ['import { nope } from "./m.mjs"', './m.mjs', 'nope'],
      ['import { a, "odd \\" name" as b } from "./m.mjs"', './m.mjs', 'odd " name'],
      ["import { a, 'x' as b } from './m.mjs'", './m.mjs', 'x'],
      ['import d from "./m.mjs"', './m.mjs', 'default'],
      ['import d, * as all from "./m.mjs"', './m.mjs', 'default'],
      ['import d, { a } from "./m.mjs"', './m.mjs', 'default'],
      ['import { toString } from "./m.mjs"', './m.mjs', 'toString'],
      ['import d, { nope } from "./c.cjs"', './c.cjs', 'nope'],
    ] as const;
    for (const [input, module, name] of cases) {
      const { error } = await session.repl(input);
      const message = `SyntaxError: The requested module '${module}' does not provide an export named '${name}' (imported from the REPL)`;
      assert.deepEqual([error?.code, error?.message], ['IMPORT_FAILED', message], input);
      assert.match(error?.stack?.slice(message.length) ?? '', /^\n {4}at async <repl>:1:\d+$/, input);
    }
    assert.equal(valueOf(await session.repl('import { a } from "./m.mjs"; a')), 1);
    assert.equal(valueOf(await session.repl('const { nope: none } = await import("./m.mjs"); none')), 'undefined');
  });

  it('leave what they asked for to others: the import mended, and other files', async () => {
    const tree = { 'lib.mjs': 'export * from "./part.mjs"; export const a = 1', 'part.mjs': 'import { c } from "./c.cjs"; export const b = c' }; // prettier-ignore
    await session.write({ ...tree, 'c.cjs': 'exports.c = 3', 'user.mjs': 'import { nope } from "./lib.mjs"; export default 1' }); // prettier-ignore
    for (let i = 0; i < 2; i++) assert.match(failure(await session.file('user.mjs')), /provide an export named 'nope'/);
    assert.equal(valueOf(await session.repl('(await import("./part.mjs")).b')), 3);
    await session.write({ 'user.mjs': 'import { a, b } from "./lib.mjs"; export default [a, b]' });
    assert.deepEqual(valueOf(await session.file('user.mjs')), [1, 3]);
  });

  it('say which modules sessions do not have, and how to allow those that they may', async () => {
    const cases = [
      ['node.mjs', /Invalid module: "fs"\. The session's template does not allow this host module; allow it with: vm-system template add-module/],
      ['node.cjs', /Invalid module: "child_process"\. It is a built-in of Node that sessions do not have.*imported from node\.cjs/],
      ['host.cjs', /Invalid module: "database"\. The session's template does not allow this host module/],
    ] as const; // prettier-ignore
    for (const [file, expected] of cases) {
      const { error } = await session.file(file);
      assert.equal(error?.code, 'IMPORT_FAILED');
      assert.match(error.message, expected);
    }
    assert.match(String(valueOf(await session.repl("require('vm:fs')"))), /Invalid module: "fs"/);
  });

  it('can be caught, and then are the very value that was thrown', async () => {
    for (const file of ['throws.mjs', 'usethrows.mjs', 'later.mjs']) {
      assert.equal(
        valueOf(await session.repl(`await import('./${file}').then(() => 'none', (error) => error === thrown)`)),
        true,
        file,
      );
    }
    const twice =
      "const [a, b] = await Promise.allSettled([import('./throws.mjs'), import('./usethrows.mjs')]); a.reason === b.reason";
    assert.equal(valueOf(await session.repl(twice)), true);
    assert.equal(valueOf(await session.repl("await import('./primitive.mjs').catch((error) => error)")), 42);
    const codes = "[ './nope.mjs', 'nope', 'https://x.y/z.js', '' ].map((s) => import(s).catch((e) => e.code))";
    const expected = [
      'ERR_MODULE_NOT_FOUND',
      'ERR_MODULE_NOT_FOUND',
      'ERR_UNSUPPORTED_ESM_URL_SCHEME',
      'ERR_INVALID_MODULE_SPECIFIER',
    ];
    assert.deepEqual(valueOf(await session.repl(`await Promise.all(${codes})`)), expected);
    assert.deepEqual(
      valueOf(await session.repl("['./nope', 5, ''].map((s) => { try { require(s) } catch (e) { return e.code } })")),
      ['MODULE_NOT_FOUND', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE'],
    );
  });

  it('are no unhandled rejections when handled, and one when not', async () => {
    const handled = await session.repl("await import('./later.mjs').catch(() => 1)");
    assert.deepEqual(
      handled.events.map(({ type }) => type),
      ['value'],
    );
    await session.write({ 'reject.mjs': "Promise.reject(new Error('nobody')); export default 1" });
    const { status, events } = await session.file('reject.mjs');
    assert.equal(status, 'ok');
    assert.deepEqual(
      events.map(({ type, payload }) => [type, payload['unhandled']]),
      [
        ['exception', true],
        ['value', undefined],
      ],
    );
  });
});
