import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionWithEvents } from '../../shared/model/execution.ts';
import { runCli } from '../helpers/run-cli.ts';
import { TestDaemon } from '../transport/rest/test-daemon.ts';

type Answer = { preview?: string; error?: string };

/** One way to the daemon: what it asks for is the same. Refusals are the error's code. */
type Way = {
  template(): Promise<string>;
  addLibrary(template: string, name: string): Promise<string | undefined>;
  addModule(template: string, name: string): Promise<string | undefined>;
  session(template: string): Promise<string>;
  repl(session: string, input: string): Promise<Answer>;
};

/** What the original's library matrix checks, worked through the API and through the command line. */
describe('the matrix of libraries', function () {
  this.timeout(60_000);
  let test: TestDaemon;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vm-matrix-'));
    test = await TestDaemon.open({ libraryCache: join(folder, 'libraries') });
    const { code, stderr } = await runCli(['libs', 'download', 'lodash', 'dayjs'], {
      ...process.env,
      VM_SYSTEM_CACHE_DIR: folder,
      npm_config_prefer_offline: 'true',
    });
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await test.close();
    await rm(folder, { recursive: true });
  });

  let names = 0;
  const code = async (answer: Promise<unknown>): Promise<string | undefined> =>
    answer.then(
      () => undefined,
      (error: unknown) => /[A-Z]{3,}(?:_[A-Z]+)+/.exec((error as Error).message)?.[0] ?? String(error),
    );

  const rest: Way = {
    template: async () => (await test.template()).id,
    addLibrary: (template, name) => code(test.api.ok('POST', `templates/${template}/libraries`, { name })),
    addModule: (template, name) => code(test.api.ok('POST', `templates/${template}/modules`, { name })),
    session: async (id) => (await test.api.ok<{ id: string }>('POST', 'sessions', test.sessionBody({ id }))).id,
    repl: async (id, input) => {
      const { result, error } = await test.repl({ id }, input);
      return { ...(result && { preview: result.preview }), ...(error && { error: error.message }) };
    },
  };

  const cli = async (...args: string[]): Promise<string> => {
    const {
      stdout,
      stderr,
      code: exit,
    } = await runCli(['--server-url', test.daemon.url, '--json', ...args], {
      PATH: process.env['PATH'],
      VM_SYSTEM_DATA_DIR: folder,
    });
    if (exit !== 0 && exit !== 1) throw new Error(stderr);
    return stdout;
  };
  const commandLine: Way = {
    template: async () => {
      const made = JSON.parse(await cli('template', 'create', '--name', `cli ${++names}`)) as { id: string };
      return made.id;
    },
    addLibrary: (template, name) => code(cli('template', 'add-library', template, '--name', name)),
    addModule: (template, name) => code(cli('modules', 'add-module', '--vm-id', template, '--module-id', name)),
    session: async (template) => {
      const where = ['--workspace-id', 'w', '--base-commit', 'c', '--worktree-path', test.worktree];
      return (JSON.parse(await cli('session', 'create', '--template-id', template, ...where)) as { id: string }).id;
    },
    repl: async (session, input) => {
      const { result, error } = JSON.parse(await cli('exec', 'repl', session, input)) as ExecutionWithEvents;
      return { ...(result && { preview: result.preview }), ...(error && { error: error.message }) };
    },
  };

  for (const [name, way] of Object.entries({ 'the API': rest, 'the command line': commandLine })) {
    describe(`by ${name}`, () => {
      it('lodash works when the template has it, by either spelling', async () => {
        for (const spelling of ['lodash', 'lodash@4.17.21', 'lodash-4.17.21']) {
          const template = await way.template();
          assert.equal(await way.addLibrary(template, spelling), undefined);
          const session = await way.session(template);
          assert.deepEqual(await way.repl(session, 'JSON.stringify(_.chunk([1, 2, 3, 4], 2))'), {
            preview: '[[1,2],[3,4]]',
          });
          assert.deepEqual(await way.repl(session, '_.VERSION'), { preview: '4.17.21' });
          assert.deepEqual(await way.repl(session, "require('lodash') === _"), { preview: 'true' });
          assert.match((await way.repl(session, 'dayjs')).error ?? '', /dayjs is not defined/);
        }
      });

      it('lodash is not there when the template does not have it, and JSON always is', async () => {
        const session = await way.session(await way.template());
        assert.match((await way.repl(session, '_.chunk([1, 2], 1)')).error ?? '', /_ is not defined/);
        assert.deepEqual(await way.repl(session, 'JSON.parse("[1]")[0] + Math.max(1, 2)'), { preview: '3' });
      });

      it('`_` stays lodash, whatever the last result was', async () => {
        const template = await way.template();
        await way.addLibrary(template, 'lodash');
        const session = await way.session(template);
        await way.repl(session, '1 + 1');
        assert.deepEqual(await way.repl(session, 'typeof _.map'), { preview: 'function' });
      });

      it('what JavaScript has is no module, and what nobody knows is none either', async () => {
        const template = await way.template();
        for (const builtIn of ['json', 'math']) {
          assert.equal(await way.addModule(template, builtIn), 'MODULE_NOT_ALLOWED');
        }
        assert.equal(await way.addModule(template, 'nonsense'), 'MODULE_NOT_FOUND');
        assert.equal(await way.addModule(template, 'database'), undefined);
      });

      it('host modules are there when the template has them, and work', async () => {
        const template = await way.template();
        for (const module of ['fs', 'database', 'exec', 'http'])
          assert.equal(await way.addModule(template, module), undefined);
        const session = await way.session(template);
        const uses = {
          "const fs = require('fs'); fs.writeFileSync('matrix.txt', 'text'); fs.readFileSync('matrix.txt', 'utf8')":
            'text',
          "const db = require('database'); db.configure('sqlite3', ':memory:'); db.exec('CREATE TABLE t (n)').success":
            'true',
          "db.exec('INSERT INTO t VALUES (?)', 42).rowsAffected": '1',
          "db.query('SELECT n FROM t')[0].n": '42',
          'db.close()': 'undefined',
          "require('exec').run('echo', ['hello']).stdout.trim()": 'hello',
          "typeof require('http').fetch + typeof fetch": 'functionfunction',
          'JSON.stringify([1])': '[1]',
        };
        for (const [input, preview] of Object.entries(uses))
          assert.deepEqual(await way.repl(session, input), { preview }, input);
      });

      it('host modules are not there when the template does not have them', async () => {
        const template = await way.template();
        assert.equal(await way.addModule(template, 'database'), undefined);
        const session = await way.session(template);
        for (const module of ['fs', 'exec', 'http'])
          assert.match((await way.repl(session, `require('${module}')`)).error ?? '', new RegExp(`Invalid module: "${module}"`)); // prettier-ignore
        assert.match(
          (await way.repl(session, 'JSON.stringify(fetch)')).error ?? '',
          /fetch is not defined: .*template add-module/,
        );
        assert.deepEqual(await way.repl(session, "typeof require('database').query"), { preview: 'function' });
      });

      it('a library that is not in the cache stops the session', async () => {
        const template = await way.template();
        assert.equal(await way.addLibrary(template, 'lodash@4.17.20'), undefined);
        assert.equal(await code(way.session(template)), 'LIBRARY_NOT_CACHED');
        assert.equal(await way.addLibrary(template, 'lodash@4.17.21'), undefined);
        assert.deepEqual(await way.repl(await way.session(template), '_.VERSION'), { preview: '4.17.21' });
      });
    });
  }
});
