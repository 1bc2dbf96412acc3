import assert from 'node:assert/strict';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode } from '../../shared/errors/error-codes.ts';
import type { ExecutionWithEvents } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';
import type { SettingsPatch } from '../../shared/model/settings.ts';
import { TestDaemon } from '../transport/rest/test-daemon.ts';
import { LibrariesFixture } from './libraries-fixture.ts';

/** Packages, by name, as the text of their index.js. */
const packages: Record<string, string> = {
  plain: `module.exports = { twice: (n) => 2 * n }`,
  sloppy: `leaked = this === module.exports; module.exports = (function () { return this === globalThis })()`,
  console: `module.exports = 'mine'`,
  scoped: `exports.where = 'plain'`,
  throws: `null.missing`,
  loops: `for (;;);`,
  asks: `exports.plain = require('plain').twice(4); exports.later = () => require('fs')`,
  grows: `const all = []; for (;;) all.push(new Array(1000).fill(1.5))`,
  modern: `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'main'; exports.named = 1`,
  patches: `Object.defineProperty = Reflect.apply = Object.prototype.hasOwnProperty = null; module.exports = 1`,
};

describe('libraries in sessions', function () {
  this.timeout(60_000);
  let fixture: LibrariesFixture;
  let test: TestDaemon;
  before(async () => {
    fixture = await LibrariesFixture.start(
      Object.entries(packages).flatMap(([name, code]) =>
        ['1.0.0', '2.0.0'].map((version) => ({
          name,
          version,
          files: {
            'index.js': `${code}; if (typeof module.exports === 'object') module.exports.version = '${version}';`,
          },
        })),
      ),
    );
    test = await TestDaemon.open({ libraryCache: fixture.cache.path });
    for (const name of Object.keys(packages)) await fixture.add(`${name}@1.0.0`);
    await fixture.add('plain@2.0.0');
  });
  afterEach(async () => {
    const live = await test.api.ok<Session[]>('GET', 'sessions?status=ready');
    for (const { id } of live) await test.api.ok('POST', `sessions/${id}/close`);
  });
  after(async () => {
    await test.close();
    await fixture.stop();
  });

  const template = async (libraries: readonly string[], patch?: SettingsPatch): Promise<{ id: string }> => {
    const made = await test.template(patch);
    for (const name of libraries) await test.api.ok('POST', `templates/${made.id}/libraries`, { name });
    return made;
  };
  const open = async (libraries: readonly string[], patch?: SettingsPatch): Promise<Session> =>
    test.api.ok('POST', 'sessions', test.sessionBody(await template(libraries, patch)));
  const preview = async (session: Session, input: string): Promise<string> => {
    const { result, error }: ExecutionWithEvents = await test.repl(session, input);
    return result?.preview ?? error?.message ?? '';
  };
  /** Code and message of the refusal, and what the row says. */
  const failed = async (code: ErrorCode, libraries: readonly string[], patch?: SettingsPatch): Promise<string> => {
    const body = test.sessionBody(await template(libraries, patch));
    const { message, details } = await test.api.refused(code, 'POST', 'sessions', body);
    const row = await test.api.ok<Session>('GET', `sessions/${String(details['session_id'])}`);
    assert.deepEqual([row.status, row.last_error], ['crashed', message.replace(/^the session could not start: /, '')]);
    return message;
  };

  it('are globals, of the session whose template has them', async () => {
    assert.equal(await preview(await open(['plain@1.0.0']), 'plain.twice(21)'), '42');
    assert.match(await preview(await open([]), 'plain'), /plain is not defined/);
  });

  it('are there before startup files run', async () => {
    await test.write('start.js', 'globalThis.started = plain.twice(2)');
    const { id } = await template(['plain@1.0.0']);
    await test.api.ok('POST', `templates/${id}/startup-files`, { path: 'start.js' });
    assert.equal(await preview(await test.api.ok('POST', 'sessions', test.sessionBody({ id })), 'started'), '4');
  });

  it('come in the version that the template pins, also when a newer one is cached', async () => {
    assert.equal(await preview(await open(['plain@1.0.0']), 'plain.version'), '1.0.0');
    assert.equal(await preview(await open(['plain@1.0.0', 'plain@2.0.0']), 'plain.version'), '2.0.0');
    assert.equal(await preview(await open(['plain@^1']), 'plain.version'), '1.0.0');
    assert.equal(await preview(await open(['plain']), 'plain.version'), '2.0.0');
  });

  it('are as sloppy as they were written, whatever the session is', async () => {
    for (const strict of [true, false]) {
      const session = await open(['sloppy@1.0.0'], { runtime: { strict } });
      assert.equal(await preview(session, '[sloppy, leaked].join()'), 'true,true');
      assert.equal(await preview(session, '(function () { return this === undefined })()'), String(strict));
    }
  });

  it('take no global that is there already', async () => {
    assert.equal(await preview(await open(['console@1.0.0']), 'typeof console.log'), 'function');
  });

  it('can be overwritten by the session, as any global', async () => {
    const session = await open(['plain@1.0.0']);
    assert.equal(await preview(session, 'const plain = 1; plain'), '1');
    const other = await open(['plain@1.0.0']);
    assert.equal(await preview(other, 'plain = 2; plain'), '2');
  });

  it('can require each other, and nothing that the session cannot', async () => {
    const session = await open(['plain@1.0.0', 'asks@1.0.0']);
    assert.equal(await preview(session, 'asks.plain'), '8');
    assert.match(await preview(session, 'asks.later()'), /fs/);
  });

  it('are imported by name, in input and in files, and are what the global is', async () => {
    await test.write('module.mjs', `import plain, { twice } from 'plain'; import * as all from 'plain'; export default [plain === globalThis.plain, twice(3), typeof all.version].join()`); // prettier-ignore
    await test.write('script.cjs', `module.exports = require('plain') === globalThis.plain && require('./below.cjs')`);
    await test.write('below.cjs', `module.exports = require('plain').version`);
    const made = await template(['plain@1.0.0']);
    // The second has an isolate that was made ready for it.
    for (let times = 0; times < 2; times++) {
      const session: Session = await test.api.ok('POST', 'sessions', test.sessionBody(made));
      assert.equal(await preview(session, `import { twice } from 'plain'; twice(2)`), '4');
      assert.equal(await preview(session, `require('plain') === plain`), 'true');
      assert.equal(await preview(session, `(await import('plain')).default === plain`), 'true');
      assert.match(await preview(session, `require('plain/sub')`), /Cannot find package/);
      for (const [path, expected] of [
        ['module.mjs', 'true,6,string'],
        ['script.cjs', '1.0.0'],
      ] as const) {
        // prettier-ignore
        const ran = await test.api.ok<ExecutionWithEvents>('POST', 'executions/run-file', { session_id: session.id, path });
        assert.equal(ran.result?.preview, expected, ran.error?.message);
      }
    }
    assert.match(await preview(await open([]), `require('plain')`), /Cannot find package 'plain'/);
  });

  it('come before what a node_modules folder has, and after host modules', async () => {
    await mkdir(join(test.worktree, 'node_modules/plain'), { recursive: true });
    await test.write('node_modules/plain/index.js', `module.exports = { version: 'of the worktree' }`);
    await test.write('uses.cjs', `module.exports = require('./version.cjs')`);
    await test.write('version.cjs', `module.exports = require('plain').version`);
    const version = async (session: Session): Promise<string | undefined> =>
      (await test.api.ok<ExecutionWithEvents>('POST', 'executions/run-file', { session_id: session.id, path: 'uses.cjs' })).result?.preview; // prettier-ignore
    assert.equal(await version(await open([])), 'of the worktree');
    assert.equal(await version(await open(['plain@1.0.0'])), '1.0.0');
    await rm(join(test.worktree, 'node_modules'), { recursive: true });
  });

  it('that were ES modules export as default what they call so', async () => {
    const session = await open(['modern@1.0.0']);
    assert.equal(await preview(session, `import modern, { named } from 'modern'; [modern, named].join()`), 'main,1');
  });

  it('can require what the session can, once it runs', async () => {
    const made = await template(['plain@1.0.0', 'asks@1.0.0']);
    await test.api.ok('POST', `templates/${made.id}/modules`, { name: 'fs' });
    const session: Session = await test.api.ok('POST', 'sessions', test.sessionBody(made));
    assert.equal(await preview(session, 'typeof asks.later().readFileSync'), 'function');
    const { id } = await test.api.ok<Session>('POST', 'sessions', test.sessionBody(made));
    assert.equal(await preview({ ...session, id }, 'typeof asks.later().readFileSync'), 'function');
  });

  it('do not reach the host by what they do to built-ins', async () => {
    const session = await open(['patches@1.0.0', 'plain@1.0.0']);
    assert.equal(await preview(session, 'plain.twice(1)'), '2');
  });

  it('that throw leave the session crashed, with the reason', async () => {
    const message = await failed('STARTUP_FAILED', ['throws@1.0.0']);
    assert.match(message, /failed to load libraries: throws@1\.0\.0: .*reading 'missing'/);
  });

  it('that never end leave the session crashed, in time', async () => {
    const before = performance.now();
    const message = await failed('STARTUP_FAILED', ['loops@1.0.0']);
    assert.match(message, /failed to load libraries: loops@1\.0\.0: .*timed out/);
    assert.ok(performance.now() - before < 9_000);
  });

  it('that need more memory than the session has end with it, and with nothing else', async () => {
    const neighbour = await open(['plain@1.0.0']);
    const before = performance.now();
    const message = await failed('STARTUP_FAILED', ['grows@1.0.0'], { limits: { mem_mb: 32 } });
    assert.match(message, /failed to load libraries: (grows@1\.0\.0: .*memory|memory limit of 32 MB exceeded)/);
    assert.ok(performance.now() - before < 9_000);
    assert.equal(await preview(neighbour, 'plain.twice(2)'), '4');
  });

  it('that are not in the cache leave the session crashed, and name the command that helps', async () => {
    const message = await failed('LIBRARY_NOT_CACHED', ['plain@1.0.0', 'missing@3.0.0']);
    assert.equal(
      message,
      'failed to load libraries: not in the cache: missing@3.0.0; run: vm-system libs add missing@3.0.0',
    );
  });

  it('that were damaged in the cache count as not cached', async () => {
    const { sha512 } = await fixture.add('scoped@2.0.0');
    assert.ok((await readdir(join(fixture.cache.path, 'content'))).includes(`${sha512}.js`));
    await rm(join(fixture.cache.path, 'content', `${sha512}.js`));
    await failed('LIBRARY_NOT_CACHED', ['scoped@2.0.0']);
    await fixture.add('scoped@2.0.0');
    assert.equal(await preview(await open(['scoped@2.0.0']), 'scoped.version'), '2.0.0');
  });

  it('are listed with what can be loaded now', async () => {
    const listed = await test.api.ok<Record<string, unknown>[]>('GET', 'metadata/libraries');
    const [lodash] = listed.filter(({ name }) => name === 'lodash');
    assert.deepEqual([lodash?.['version'], lodash?.['global'], lodash?.['cached']], ['4.17.21', '_', false]);
    const plain = listed.filter(({ name }) => name === 'plain').map(({ version, cached }) => [version, cached]);
    assert.deepEqual(plain, [['1.0.0', true], ['2.0.0', true]]); // prettier-ignore
  });

  it('work in shared hosts as well', async () => {
    const shared = { runtime: { isolation: 'shared' } } as const;
    const [one, two] = [await open(['plain@1.0.0'], shared), await open(['plain@2.0.0'], shared)];
    assert.deepEqual([await preview(one, 'plain.version'), await preview(two, 'plain.version')], ['1.0.0', '2.0.0']);
    assert.match(await preview(await open([], shared), 'plain'), /plain is not defined/);
  });
});
