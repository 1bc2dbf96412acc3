import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FileOpener, localDevice } from '../../daemon/worktree/file-opener.ts';
import { makeTree } from './tree.ts';

describe('opening the files of a worktree', () => {
  let root: string;
  let remove: () => Promise<void>;
  before(async () => {
    ({ root, remove } = await makeTree({ 'a.js': 'a', 'sub/b.js': 'b' }));
    await symlink(join(root, 'sub', 'b.js'), join(root, 'link.js'));
    await symlink(join(root, 'circle.js'), join(root, 'circle.js'));
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'pipe.js')]);
  });
  after(() => remove());

  const textOf = async (opener: FileOpener, name: string): Promise<string> => {
    const file = await opener.open(join(root, name));
    try {
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  };

  for (const [where, device] of [
    ['on a local disk', () => localDevice(root)],
    ['elsewhere', () => Promise.resolve(undefined)],
  ] as const) {
    it(`follows links, says what is missing, and waits for no pipe: ${where}`, async () => {
      const opener = new FileOpener(device());
      assert.equal(await textOf(opener, 'a.js'), 'a');
      assert.equal(await textOf(opener, 'sub/b.js'), 'b');
      assert.equal(await textOf(opener, 'link.js'), 'b');
      for (const [name, code] of [
        ['absent.js', 'ENOENT'],
        ['absent/c.js', 'ENOENT'],
        ['a.js/c.js', 'ENOTDIR'],
        ['circle.js', 'ELOOP'],
      ] as const) {
        await assert.rejects(textOf(opener, name), { code }, name);
      }
      if (process.platform !== 'win32') closeSync(await opener.open(join(root, 'pipe.js')));
    });
  }

  it('lets the daemon do other things meanwhile', async () => {
    const opener = new FileOpener(localDevice(root));
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const end = performance.now() + 100;
    while (performance.now() < end) await textOf(opener, 'a.js');
    isOver = true;
    assert.ok(turns >= 3, `${turns} turns`);
  });
});
