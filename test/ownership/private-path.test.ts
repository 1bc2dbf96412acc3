import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEndpoint, readLiveEndpoint, writeEndpoint, type Endpoint } from '../../daemon/ownership/endpoint.ts';
import { OwnershipError } from '../../daemon/ownership/ownership-error.ts';
import {
  ensurePrivateFolder,
  readPrivateFile,
  requirePrivate,
  writePrivateFile,
} from '../../daemon/ownership/private-path.ts';
import { socketPath } from '../../daemon/ownership/socket-path.ts';

describe('private paths', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const refuses = (action: () => unknown, why: RegExp): void => {
    assert.throws(action, (error) => error instanceof OwnershipError && why.test(error.message));
  };
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'vm-private-')));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('are written whole, for this user alone', () => {
    writePrivateFile(at('file'), 'one');
    writePrivateFile(at('file'), 'two');
    assert.equal(readPrivateFile(at('file')), 'two');
    assert.equal(statSync(at('file')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['file']);
    assert.equal(readPrivateFile(at('none')), undefined);
  });

  it('are not followed when they are links, nor written through', () => {
    writeFileSync(at('target'), 'secret', { mode: 0o600 });
    symlinkSync(at('target'), at('link'));
    refuses(() => readPrivateFile(at('link')), /link cannot be read \(ELOOP\)/);
    refuses(() => {
      writePrivateFile(at('link'), 'new');
    }, /is a symbolic link/);
    refuses(() => requirePrivate(at('link'), 'socket'), /is a symbolic link and not a socket/);
    assert.equal(readFileSync(at('target'), 'utf8'), 'secret');
    symlinkSync(at('elsewhere'), at('folder'));
    refuses(() => {
      ensurePrivateFolder(at('folder'));
    }, /is a symbolic link and not a folder/);
    assert.equal(existsSync(at('elsewhere')), false);
  });

  it('are refused when others have rights on them', () => {
    writeFileSync(at('file'), '', { mode: 0o600 });
    for (const mode of [0o640, 0o604, 0o620, 0o602]) {
      chmodSync(at('file'), mode);
      refuses(() => readPrivateFile(at('file')), /others have rights on .*; run: chmod go-rwx/);
    }
    mkdirSync(at('folder'), { mode: 0o755 });
    refuses(() => {
      ensurePrivateFolder(at('folder'));
    }, /others have rights/);
  });

  it('are refused when they are of another kind', () => {
    mkdirSync(at('folder'), { mode: 0o700 });
    writeFileSync(at('file'), '', { mode: 0o600 });
    refuses(() => {
      writePrivateFile(at('folder'), '');
    }, /not a file/);
    refuses(() => {
      ensurePrivateFolder(at('file'));
    }, /not a folder/);
    refuses(() => requirePrivate(at('file'), 'socket'), /not a socket/);
  });

  it('are refused when they belong to somebody else', () => {
    // Root can give a file away; anybody else finds one of root.
    let foreign = '/etc/hostname';
    if (process.getuid?.() === 0) {
      foreign = at('foreign');
      writeFileSync(foreign, '', { mode: 0o600 });
      chownSync(foreign, 65_534, 65_534);
    }
    refuses(() => requirePrivate(foreign, 'file'), /belongs to another user/);
    refuses(() => readPrivateFile(foreign), /belongs to another user/);
  });

  describe('of the endpoint', () => {
    const endpoint = (): Endpoint => ({
      pid: process.pid,
      version: '1.2.3',
      protocol_version: 1,
      started_at: '2026-01-01T00:00:00.000Z',
      url: 'http://127.0.0.1:3210',
      data_directory: folder,
      socket: at('daemon.sock'),
      token_path: at('token'),
    });

    it('come back as they were written', () => {
      writeEndpoint(endpoint());
      assert.deepEqual(readLiveEndpoint(folder), endpoint());
    });

    it('count for nothing when the process has gone, or the text makes no sense', () => {
      // Process ids end at 2^22 on Linux.
      writeEndpoint({ ...endpoint(), pid: 2 ** 22 + 1 });
      assert.equal(readEndpoint(folder)?.pid, 2 ** 22 + 1);
      assert.equal(readLiveEndpoint(folder), undefined);
      for (const text of ['', '{', '[]', '{"pid":1}', JSON.stringify({ ...endpoint(), socket: 7 })]) {
        writePrivateFile(at('endpoint.json'), text);
        assert.equal(readEndpoint(folder), undefined);
      }
    });
  });

  describe('of the socket', () => {
    it('are in the data directory', () => {
      assert.equal(socketPath(folder), at('daemon.sock'));
    });

    it('are in a short private folder when that is too long', () => {
      const long = join(folder, 'x'.repeat(100));
      const before = process.env['XDG_RUNTIME_DIR'];
      process.env['XDG_RUNTIME_DIR'] = folder;
      try {
        const path = socketPath(long);
        assert.match(path, new RegExp(`^${folder}/vm-system/[0-9a-f]{16}\\.sock$`));
        assert.notEqual(path, socketPath(`${long}y`));
        assert.equal(statSync(at('vm-system')).mode & 0o777, 0o700);
        // What somebody else could have planted there is not used.
        rmSync(at('vm-system'), { recursive: true });
        symlinkSync('/tmp', at('vm-system'));
        refuses(() => socketPath(long), /is a symbolic link and not a folder/);
      } finally {
        if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
        else process.env['XDG_RUNTIME_DIR'] = before;
      }
    });
  });
});
