import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWorktreeFile, resolveWorktree } from '../../daemon/worktree/worktree-files.ts';
import { VmError } from '../../shared/errors/vm-error.ts';

const refusal = (code: string) => (error: unknown) => error instanceof VmError && error.code === code;

describe('worktree files', () => {
  let root: string;
  let worktree: string;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'vm-worktree-')));
    worktree = join(root, 'tree');
    await mkdir(join(worktree, 'lib'), { recursive: true });
    await writeFile(join(worktree, 'app.js'), '1 + 1');
    await writeFile(join(root, 'secret.js'), 'canary');
  });

  afterEach(() => rm(root, { recursive: true }));

  it('reads a file by its relative path, through inner links and dots too', async () => {
    await symlink('../app.js', join(worktree, 'lib', 'link.js'));
    for (const path of ['app.js', './app.js', 'lib/../app.js', 'lib/link.js']) {
      assert.deepEqual(await readWorktreeFile(worktree, path), {
        absolute_path: join(worktree, 'app.js'),
        source: '1 + 1',
      });
    }
  });

  it('refuses every way out of the worktree', async () => {
    await symlink('../secret.js', join(worktree, 'out.js'));
    await symlink('..', join(worktree, 'up'));
    const ways = [
      '../secret.js',
      'lib/../../secret.js',
      join(root, 'secret.js'),
      '/etc/passwd',
      'out.js',
      'up/secret.js',
    ];
    for (const path of [...ways, 'app.js\0.png']) {
      await assert.rejects(readWorktreeFile(worktree, path), refusal('INVALID_PATH'), path);
    }
  });

  it('says what is missing, and takes only files', async () => {
    execFileSync('mkfifo', [join(worktree, 'pipe.js')]);
    await assert.rejects(readWorktreeFile(worktree, 'none.js'), refusal('FILE_NOT_FOUND'));
    await assert.rejects(readWorktreeFile(worktree, 'app.js/x.js'), refusal('FILE_NOT_FOUND'));
    await assert.rejects(readWorktreeFile(worktree, 'lib'), refusal('INVALID_PATH'));
    await assert.rejects(readWorktreeFile(worktree, 'pipe.js'), refusal('INVALID_PATH'));
  });

  it('never gives out what a link that is swapped meanwhile leads to', async () => {
    const link = join(worktree, 'swap.js');
    const stop = new AbortController();
    const swapper = (async () => {
      for (let i = 0; !stop.signal.aborted; i++) {
        await symlink(i % 2 === 0 ? 'app.js' : '../secret.js', `${link}.new`);
        await rename(`${link}.new`, link);
      }
    })();
    for (let i = 0; i < 300; i++) {
      const read = await readWorktreeFile(worktree, 'swap.js').catch((error: unknown) => error);
      if (!(read instanceof Error)) assert.notEqual((read as { source: string }).source, 'canary');
    }
    stop.abort();
    await swapper;
  });

  it('takes an existing folder as worktree and nothing else', async () => {
    await symlink(worktree, join(root, 'alias'));
    assert.equal(await resolveWorktree(join(root, 'alias')), worktree);
    await assert.rejects(resolveWorktree(join(root, 'none')), refusal('WORKTREE_NOT_FOUND'));
    await assert.rejects(resolveWorktree(join(worktree, 'app.js')), refusal('WORKTREE_NOT_FOUND'));
    await assert.rejects(resolveWorktree('tree'), refusal('VALIDATION_ERROR'));
  });
});
