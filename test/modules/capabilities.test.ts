import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Capability } from '../../shared/model/template.ts';
import { makeTree } from '../worktree/tree.ts';
import { ModuleSession, valueOf, type Ran } from '../host/modules/module-session.ts';

type Given = Pick<Capability, 'kind' | 'name'> & Partial<Capability>;

function row(given: Given): Capability {
  return { id: '', vm_id: '', enabled: true, config: {}, ...given };
}

/** Runs code in a session that may do what the capabilities say. */
async function withSession<T>(
  { modules = [], capabilities = [] }: { modules?: string[]; capabilities?: Given[] },
  use: (session: ModuleSession, value: (source: string) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const session = await ModuleSession.open({ 'a.txt': 'a' }, {}, { modules, capabilities: capabilities.map(row) });
  try {
    return await use(session, async (source) => valueOf(await session.repl(source)));
  } finally {
    await session.close();
  }
}

function denials({ events }: Ran): unknown[] {
  return events.flatMap(({ type, payload }) =>
    type === 'system' && payload['code'] === 'USE_DENIED' ? [[payload['capability'], payload['need']]] : [],
  );
}

describe('capabilities', () => {
  it('module: one that is enabled is a module of the session, one that is disabled is not', async () => {
    await withSession({ capabilities: [{ kind: 'module', name: 'fs' }] }, async (_, value) => {
      assert.equal(await value("require('fs').readFileSync('a.txt', 'utf8')"), 'a');
    });
    const capabilities: Given[] = ['fs', 'crypto'].map((name) => ({ kind: 'module', name, enabled: false }));
    await withSession({ modules: ['fs'], capabilities }, async (session) => {
      for (const name of ['fs', 'crypto']) {
        const ran = await session.repl(`require('${name}')`);
        const need = `vm-system template add-capability T --kind module --name ${name} --enabled`;
        assert.match(ran.error?.message ?? '', new RegExp(`^Error: Invalid module: "${name}"\\..*${need}`));
        assert.deepEqual(denials(ran), [[`module:${name}`, need]]);
      }
    });
  });

  it('module: one that the template lacks is in the log as well', async () => {
    await withSession({}, async (session) => {
      const need = 'vm-system template add-module T --name exec';
      assert.deepEqual(denials(await session.repl("try { require('exec') } catch {}")), [['module:exec', need]]);
      assert.deepEqual(denials(await session.repl("await import('exec').catch(() => 0)")), [['module:exec', need]]);
    });
  });

  it('module fs: the worktree may be for reading only', async () => {
    const capabilities: Given[] = [{ kind: 'module', name: 'fs', config: { worktree: 'ro' } }];
    await withSession({ capabilities }, async (session, value) => {
      await value("globalThis.fs = require('fs')");
      assert.equal(await value("fs.readFileSync('a.txt', 'utf8')"), 'a');
      for (const call of [
        "writeFileSync('a.txt', 'b')",
        "writeFileSync('b', 'b')",
        "rmSync('a.txt')",
        "mkdirSync('d')",
        "renameSync('a.txt', 'b')",
        "truncateSync('a.txt')",
        "copyFileSync('a.txt', 'b')",
      ]) {
        assert.match(String(await value(`fs.${call}`)), /may only be read; allow it with: .* T --kind fs /, call);
      }
      assert.equal(await readFile(join(session.root, 'a.txt'), 'utf8'), 'a');
    });
  });

  it('fs: roots beside the worktree, to read or to write, and no others', async () => {
    const { root, remove } = await makeTree({
      'ro/x.txt': 'x',
      'rw/y.txt': 'y',
      'off/z.txt': 'z',
      'rox/canary.txt': 'canary',
    });
    const at = (folder: string, access: string): Given['config'] => ({ roots: [{ path: join(root, folder), access }] });
    const capabilities: Given[] = [
      { kind: 'fs', name: 'r', config: at('ro', 'ro') ?? {} },
      { kind: 'fs', name: 'w', config: at('rw', 'rw') ?? {} },
      { kind: 'fs', name: 'o', config: at('off', 'rw') ?? {}, enabled: false },
    ];
    try {
      await withSession({ modules: ['fs'], capabilities }, async (session, value) => {
        await value(`globalThis.fs = require('fs'); globalThis.root = ${JSON.stringify(root)}`);
        assert.deepEqual(
          await value(
            "[fs.readFileSync(root + '/ro/x.txt', 'utf8'), fs.readFileSync(root + '/rw/y.txt', 'utf8'), fs.readdirSync(root + '/ro')]",
          ),
          ['x', 'y', ['x.txt']],
        );
        await value("fs.writeFileSync(root + '/rw/new.txt', 'new')");
        assert.equal(await readFile(join(root, 'rw/new.txt'), 'utf8'), 'new');
        for (const source of [
          "writeFileSync(root + '/ro/x.txt', '')",
          "readFileSync(root + '/off/z.txt')",
          "readFileSync(root + '/rox/canary.txt')",
          'readdirSync(root)',
          "rmdirSync(root + '/ro')",
          "renameSync(root + '/ro/x.txt', root + '/rw/x.txt')",
        ]) {
          const ran = await session.repl(`fs.${source}`);
          assert.match(
            ran.error?.message ?? ran.status,
            /allow it with: vm-system template add-capability T --kind fs /,
            source,
          );
          assert.equal(denials(ran).length, 1, source);
        }
        assert.equal(await readFile(join(root, 'ro/x.txt'), 'utf8'), 'x');
      });
    } finally {
      await remove();
    }
  });

  it('fs: a quota bounds what the session adds, and gives back what it removes', async () => {
    const capabilities: Given[] = [{ kind: 'fs', name: 'q', config: { quota_bytes: 10 } }];
    await withSession({ modules: ['fs'], capabilities }, async (_, value) => {
      await value("globalThis.fs = require('fs'); fs.writeFileSync('q', '123456')");
      for (const call of [
        "writeFileSync('q', '12345678901')",
        "appendFileSync('q', '12345')",
        "truncateSync('q', 1e12)",
        "copyFileSync('q', 'r')",
      ]) {
        assert.match(String(await value(`fs.${call}`)), /EDQUOT/, call);
      }
      assert.equal(await value("fs.readFileSync('q', 'utf8')"), '123456');
      assert.equal(await value("fs.rmSync('q'); fs.writeFileSync('q', '1234567890'); fs.statSync('q').size"), 10);
    });
  });

  it('env: names of the daemon and values of their own, and no others', async () => {
    process.env['VM_TEST_CANARY'] = 'canary';
    process.env['VM_TEST_SEEN'] = 'seen';
    try {
      await withSession({}, async (_, value) => {
        assert.deepEqual(await value('Object.keys(process.env)'), []);
      });
      const capabilities: Given[] = [
        { kind: 'env', name: 'VM_TEST_SEEN' },
        { kind: 'env', name: 'more', config: { names: ['VM_TEST_ABSENT'], values: { NODE_ENV: 'test' } } },
        { kind: 'env', name: 'VM_TEST_CANARY', enabled: false },
      ];
      await withSession({ capabilities }, async (_, value) => {
        assert.deepEqual(await value('process.env'), { VM_TEST_SEEN: 'seen', NODE_ENV: 'test' });
      });
    } finally {
      delete process.env['VM_TEST_CANARY'];
      delete process.env['VM_TEST_SEEN'];
    }
  });

  it('global: one that is disabled is not there, and an error says how to have it', async () => {
    const capabilities: Given[] = ['timers', 'process', 'Buffer', 'console'].map((name) => ({
      kind: 'global',
      name,
      enabled: false,
    }));
    await withSession({ capabilities }, async (session, value) => {
      const types =
        '[typeof setTimeout, typeof clearImmediate, typeof process, typeof Buffer, typeof console, typeof URL]';
      assert.deepEqual(await value(types), [
        'undefined',
        'undefined',
        'undefined',
        'undefined',
        'undefined',
        'function',
      ]);
      const ran = await session.repl('setTimeout(() => 1, 1)');
      const need = 'vm-system template add-capability T --kind global --name timers --enabled';
      assert.match(ran.error?.message ?? '', new RegExp(`setTimeout is not defined.*${need}`));
      assert.deepEqual(denials(ran), [['global:timers', need]]);
      for (const name of ['process', 'timers', 'timers/promises', 'buffer', 'console']) {
        assert.match(String(await value(`require('${name}')`)), /Invalid module/, name);
      }
    });
  });

  it('global fetch: absent without the module http, which the error names', async () => {
    await withSession({}, async (session, value) => {
      assert.equal(await value('typeof fetch'), 'undefined');
      const ran = await session.repl("fetch('http://localhost')");
      assert.match(ran.error?.message ?? '', /vm-system template add-module T --name http/);
      assert.deepEqual(denials(ran), [['module:http', 'vm-system template add-module T --name http']]);
    });
  });

  it('that nobody would enforce keep a session from starting: nobody of ours has stored them', async () => {
    const open = withSession({ capabilities: [{ kind: 'fs', name: 'x', config: { root: '/' } }] }, () =>
      Promise.resolve(),
    );
    await assert.rejects(open, /capability fs:x cannot be enforced: There is no field config.root/);
  });
});
