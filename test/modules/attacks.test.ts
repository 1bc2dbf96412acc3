import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTree } from '../worktree/tree.ts';
import { ModuleSession, type Ran } from '../host/modules/module-session.ts';
import { ESCAPES } from './escapes.ts';

const CANARY = 'canary-7f3a91';
const VARIABLE = 'VM_ATTACK_CANARY';

describe('attacks on host modules', function () {
  this.timeout(60_000);
  let session: ModuleSession;
  let outside: string;
  let remove: () => Promise<void>;

  before(async () => {
    process.env['VM_ATTACK_CANARY'] = CANARY;
    const tree = await makeTree({ 'canary.txt': CANARY, 'folder/canary.txt': CANARY });
    ({ root: outside, remove } = tree);
    const limits = { wall_ms: 30_000, cpu_ms: 30_000, max_events: 200_000 };
    session = await ModuleSession.open({ 'inside/own.txt': 'own' }, { limits }, { modules: ['fs'] });
    const within = (name: string): string => join(session.root, name);
    await symlink(join(outside, 'canary.txt'), within('file-link'));
    await symlink(outside, within('folder-link'));
    await symlink('folder-link', within('link-to-link'));
    await symlink(join(outside, 'new.txt'), within('dangling'));
    await symlink('/', within('root-link'));
    await mkdir(within('swap'));
    await mkdir(within('swap/folder'));
    for (const name of ['canary.txt', 'folder/canary.txt']) await writeFile(within(`swap/${name}`), 'own');
    await writeFile(within('huge'), '');
    await truncate(within('huge'), 2 ** 40);
    execFileSync('mkfifo', [within('pipe')]);
    await session.repl(`const fs = require('fs'), outside = ${JSON.stringify(outside)}`);
  });
  after(async () => {
    delete process.env['VM_ATTACK_CANARY'];
    await session.close();
    await remove();
  });

  /** What the execution showed in any way; nothing outside may have changed. */
  async function attack(source: string): Promise<{ ran: Ran; text: string }> {
    const ran = await session.repl(source);
    assert.equal(session.lost, undefined, source);
    // The code itself is no finding.
    const text = JSON.stringify([ran.result, ran.error, ran.events]);
    assert.ok(!text.includes(CANARY), `${source}: ${text.slice(0, 500)}`);
    assert.deepEqual((await readdir(outside, { recursive: true })).sort(), [
      'canary.txt',
      'folder',
      'folder/canary.txt',
    ]);
    assert.equal(await readFile(join(outside, 'canary.txt'), 'utf8'), CANARY, source);
    assert.equal(await readFile(join(outside, 'folder/canary.txt'), 'utf8'), CANARY, source);
    return { ran, text };
  }

  const places = [
    'file-link', 'folder-link/canary.txt', 'link-to-link/canary.txt', 'link-to-link/folder/canary.txt', 'inside/../folder-link/canary.txt',
    'root-link/etc/passwd', 'root-link/proc/self/environ', '../OUTSIDE/canary.txt', 'inside/../../OUTSIDE/canary.txt', 'OUTSIDE/canary.txt', 'file:///OUTSIDE/canary.txt',
    '/etc/passwd', '/proc/self/environ', '/proc/self/root/etc/passwd', '/proc/self/cwd', '/proc/self/fd/3', '/dev/zero', '/dev/mem', '//etc/passwd',
    './/..//..//etc/passwd', 'folder-link/../canary.txt', 'inside/own.txt/../../../etc/passwd',
  ] as const; // prettier-ignore

  it('reads nothing outside by any name', async () => {
    for (const place of places) {
      const name = place
        .replace('/OUTSIDE', outside)
        .replace('OUTSIDE', outside.startsWith('/') ? (outside.slice(1).split('/').at(-1) ?? '') : '');
      const path = JSON.stringify(place.startsWith('OUTSIDE') ? place.replace('OUTSIDE', outside) : name);
      const given = place.startsWith('file:') ? `new URL('file://' + outside + '/canary.txt')` : path;
      for (const call of ['readFileSync', 'readdirSync', 'realpathSync', 'copyFileSync']) {
        const { ran } = await attack(`fs.${call}(${given}${call === 'copyFileSync' ? ", 'inside/copy'" : ''})`);
        assert.equal(ran.status, 'error', `${call} ${place}`);
      }
      const { ran } = await attack(`await fs.promises.readFile(${given}, 'utf8')`);
      assert.equal(ran.status, 'error', place);
    }
  });

  it('changes nothing outside by any name', async () => {
    const calls = [
      "writeFileSync('file-link', 'x')", "appendFileSync('folder-link/canary.txt', 'x')", "writeFileSync('dangling', 'x')", "writeFileSync('folder-link/new', 'x')",
      "mkdirSync('folder-link/new')", "mkdirSync('folder-link/a/b', { recursive: true })", "mkdtempSync('folder-link/t-')", "rmSync('folder-link/canary.txt')",
      "rmSync('folder-link/folder', { recursive: true })", "rmdirSync('folder-link/folder')", "unlinkSync(outside + '/canary.txt')", "truncateSync('file-link', 0)",
      "renameSync('folder-link/canary.txt', 'inside/stolen')", "renameSync('inside/own.txt', outside + '/own.txt')", "copyFileSync('inside/own.txt', 'file-link')",
      "renameSync('inside', '../inside')", "writeFileSync('../x', 'x')", "writeFileSync('/dev/null', 'x')", "rmSync('..', { recursive: true, force: true })",
    ]; // prettier-ignore
    for (const call of calls) {
      const { ran } = await attack(`fs.${call}`);
      assert.equal(ran.status, 'error', call);
    }
  });

  it('removes links and not what they lead to', async () => {
    await symlink(outside, join(session.root, 'inside/to-outside'));
    const { ran } = await attack(
      "fs.mkdirSync('inside/deep'); fs.rmSync('inside', { recursive: true }); fs.mkdirSync('inside'); fs.writeFileSync('inside/own.txt', 'own'); fs.rmSync('link-to-link')",
    );
    assert.equal(ran.status, 'ok', ran.error?.message);
  });

  it('follows no link that is swapped while calls run', async () => {
    const at = (name: string): string => join(session.root, name);
    await symlink(outside, at('swap-link'));
    const swap = { isOver: false };
    const swapping = (async () => {
      while (!swap.isOver) {
        await rename(at('swap'), at('swap-kept'));
        await rename(at('swap-link'), at('swap'));
        await rename(at('swap'), at('swap-link'));
        await rename(at('swap-kept'), at('swap'));
      }
    })();
    const seen = `(() => {
      const seen = {};
      for (let i = 0; i < 400; i++) {
        for (const call of [() => fs.readFileSync('swap/canary.txt', 'utf8'), () => fs.readFileSync('swap/folder/canary.txt', 'utf8'), () => fs.readdirSync('swap/folder').join(), () => fs.writeFileSync('swap/folder/canary.txt', 'own')]) {
          let what;
          try { what = String(call()); } catch (e) { what = e.code; }
          seen[what] = (seen[what] ?? 0) + 1;
        }
      }
      return seen;
    })()`;
    const { ran } = await attack(seen).finally(() => {
      swap.isOver = true;
    });
    await swapping;
    const counts = ran.result?.json as Record<string, number>;
    assert.ok(
      (counts['own'] ?? 0) > 0 && (counts['ERR_ACCESS_DENIED'] ?? 0) + (counts['ENOENT'] ?? 0) > 0,
      JSON.stringify(counts),
    );
    for (const what of Object.keys(counts))
      assert.match(what, /^(?:own|canary\.txt|undefined|E[A-Z]+|ERR_ACCESS_DENIED)$/);
  });

  it('opens no pipe, and carries no more than a call may', async () => {
    const { text } = await attack(
      "['pipe', 'huge'].map((name) => { try { return fs.readFileSync(name).length; } catch (e) { return e.code; } })",
    );
    assert.match(text, /EACCES.*ERR_FS_FILE_TOO_LARGE/);
    const { ran } = await attack("fs.writeFileSync('inside/big', Buffer.alloc(9 * 1024 * 1024))");
    assert.equal(ran.status, 'error');
    assert.equal(
      (
        await session.repl(
          "fs.writeFileSync('inside/big', Buffer.alloc(4 * 1024 * 1024, 7)); fs.readFileSync('inside/big')[4194303]",
        )
      ).result?.preview,
      '7',
    );
  });

  it('takes a hard link for the file that it is, and cannot make one', async () => {
    await link(join(outside, 'canary.txt'), join(session.root, 'hard'));
    const ran = await session.repl("fs.readFileSync('hard', 'utf8')");
    assert.equal(ran.result?.preview, CANARY);
    await attack("fs.linkSync('/etc/passwd', 'inside/passwd')");
    await session.repl("fs.rmSync('hard')");
  });

  it('sees no variable of the daemon', async () => {
    const { text } = await attack(`[process.env, Object.keys(process), globalThis.process.env.${VARIABLE}]`);
    assert.ok(!text.includes(VARIABLE));
  });

  it('hands over texts only: polluted prototypes, getters and throwing values gain nothing', async () => {
    const sources = [
      `Object.prototype.toJSON = () => [outside + '/canary.txt']; try { fs.readFileSync('inside/own.txt', 'utf8') } finally { delete Object.prototype.toJSON }`,
      `Array.prototype.toJSON = function () { return [outside + '/canary.txt', { utf8: true }]; }; try { fs.readFileSync('inside/own.txt', 'utf8') } finally { delete Array.prototype.toJSON }`,
      `const parse = JSON.parse; JSON.parse = (text) => { throw text; }; try { fs.readFileSync('inside/own.txt', 'utf8') } finally { JSON.parse = parse }`,
      `Object.defineProperty(Object.prototype, 'error', { get() { throw 1; }, set() {}, configurable: true }); try { fs.readFileSync('inside/own.txt', 'utf8') } finally { delete Object.prototype.error }`,
      `Object.prototype.then = (f) => f(outside); try { await fs.promises.stat('inside/own.txt') } finally { delete Object.prototype.then }`,
      `const { apply } = Reflect; Reflect.apply = Function.prototype.apply = () => outside + '/canary.txt'; try { fs.readFileSync('inside/own.txt', 'utf8') } finally { Reflect.apply = apply }`,
      `String.prototype.startsWith = () => true; fs.existsSync(outside + '/canary.txt')`,
      `let n = 0; fs.readFileSync({ toString: () => n++ ? outside + '/canary.txt' : 'inside/own.txt' })`,
      `fs.readFileSync('inside/own.txt', { get encoding() { throw { toString: () => { throw outside } } } })`,
      `const o = []; o[0] = o; fs.writeFileSync('inside/x', o)`,
      `fs.readFileSync(new Proxy(new String('inside/own.txt'), { get: () => outside + '/canary.txt' }))`,
      `try { fs.readFileSync('none') } catch (e) { [e.constructor === Error, e.constructor.constructor === Function, e.constructor.constructor('return typeof process.pid + typeof require("fs").open')()] }`,
      `fs.readFileSync.constructor('return this')() === globalThis`,
      `(await fs.promises.stat('inside/own.txt')).constructor.constructor('return process')() === process`,
    ];
    for (const source of sources) await attack(source);
    assert.equal((await session.repl("fs.readFileSync('inside/own.txt', 'utf8')")).status, 'ok');
  });

  for (const [name, source] of ESCAPES) {
    it(`gives nothing to a published escape: ${name}`, async () => {
      const { text } = await attack(
        `(() => { try { return String((() => { ${source} })()); } catch (e) { return 'failed: ' + e; } })()`,
      );
      assert.ok(!/uid=|root:x:|"\d+ processes"|linux-x64/.test(text), text);
    });
  }
});
