import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { hostCommand, type HostCommand } from '../../daemon/runtime/host-command.ts';
import { moduleCommand } from '../../daemon/runtime/module-command.ts';
import { policyFor } from '../modules/module-fixture.ts';
import { makeTree } from '../worktree/tree.ts';

const run = promisify(execFile);
const script = resolve(import.meta.dirname, '../fixtures/hosts/reaching.mjs');
const CANARY = 'canary-55d0c2';

/** Everything that a misbehaving program would like to do, and may not. */
const REFUSED = [
  'reads a file', 'reads /etc/passwd', 'reads its own environment', "reads the daemon's environment", 'lists a folder', 'lists the root', 'writes a file',
  'writes to a temporary folder', 'removes a file', 'makes a link', 'runs a program', 'runs a shell', 'forks itself', 'starts a worker',
  'opens its memory',
]; // prettier-ignore

describe('the wall under the wall', function () {
  this.timeout(60_000);
  let outside: string;
  let remove: () => Promise<void>;
  let server: Server;
  before(async () => {
    process.env['VM_FENCE_CANARY'] = CANARY;
    ({ root: outside, remove } = await makeTree({ 'canary.txt': CANARY, 'work/own.txt': 'own' }));
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    delete process.env['VM_FENCE_CANARY'];
    server.close();
    await remove();
  });

  /** Runs the script in the place of the program that the command starts. */
  async function reach(
    { file, args }: HostCommand,
    isEntry: (word: string) => boolean,
  ): Promise<Record<string, string>> {
    const entry = args.findIndex(isEntry);
    assert.ok(entry > 0, args.join(' '));
    const words = [...args.slice(0, entry), `--allow-fs-read=${script}`, script, join(outside, 'canary.txt'), String((server.address() as AddressInfo).port)]; // prettier-ignore
    const { stdout } = await run(file, words, { env: { MALLOC_ARENA_MAX: '1' }, cwd: '/', timeout: 20_000 });
    return JSON.parse(stdout) as Record<string, string>;
  }

  async function checkNothingHappened(found: Record<string, string>): Promise<void> {
    assert.ok(!JSON.stringify(found).includes(CANARY), JSON.stringify(found));
    assert.deepEqual((await readdir(outside)).sort(), ['canary.txt', 'work']);
    assert.equal(await readFile(join(outside, 'canary.txt'), 'utf8'), CANARY);
    assert.ok(!found['variables']?.includes('VM_FENCE'), found['variables']);
  }

  const isHost = (word: string): boolean => /\/host(?:\/main\.ts|\.js)$/.test(word);
  const isModules = (word: string): boolean => /\/modules(?:\/main\.ts|\.js)$/.test(word);

  it('leaves a host that was taken over its own code, and nothing else', async () => {
    const found = await reach(hostCommand({ fenced: true }), isHost);
    for (const what of REFUSED) assert.match(found[what] ?? '', /^refused/, `${what}: ${found[what] ?? ''}`);
    await checkNothingHappened(found);
    // Node 24 has no fence for this, which is why hosts are given nothing to say to anyone.
    assert.match(found['connects to a port'] ?? '', /^got|^refused/);
  });

  it('leaves a host no way to fill the disk or to dump its memory, where the system has limits', async function () {
    if (process.platform !== 'linux') this.skip();
    const { limits = '{}' } = await reach(hostCommand({ fenced: true }), isHost);
    const { core_file_size_blocks: core, file_size_blocks: size, open_files: files, data_seg_size_bytes: data } = JSON.parse(limits) as Record<string, { hard: number | string }>; // prettier-ignore
    assert.deepEqual([core?.hard, size?.hard, files?.hard], [0, 0, 256]);
    assert.equal(typeof data?.hard, 'number');
  });

  it('leaves a module process the folders of its policy', async () => {
    const policy = policyFor(join(outside, 'work'), { modules: ['fs'] });
    const found = await reach(moduleCommand(policy), isModules);
    for (const what of REFUSED) assert.match(found[what] ?? '', /^refused/, `${what}: ${found[what] ?? ''}`);
    await checkNothingHappened(found);
  });
});
