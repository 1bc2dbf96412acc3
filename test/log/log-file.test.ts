import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFile } from '../../daemon/log/log-file.ts';
import { waitUntil } from '../helpers/wait-until.ts';

describe('the log file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vm-log-'));
    path = join(folder, 'daemon.log');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const numbered = (number: number): string => `${JSON.stringify({ number, text: 'ü'.repeat(20) })}\n`;
  const numbersIn = (file: string): number[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { number: number }).number);

  it('is private, and has each line at once', () => {
    const log = new LogFile(path);
    log.write(numbered(1));
    assert.deepEqual(numbersIn(path), [1]);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    log.close();
    const again = new LogFile(path);
    again.write(numbered(2));
    assert.deepEqual(numbersIn(path), [1, 2]);
    again.close();
  });

  it('keeps a few older files, each within its size, and loses nothing of what they hold', () => {
    const log = new LogFile(path, { maxBytes: 1_000 });
    for (let number = 0; number < 200; number++) log.write(numbered(number));
    log.close();
    const files = ['daemon.log.3', 'daemon.log.2', 'daemon.log.1', 'daemon.log'];
    assert.deepEqual(readdirSync(folder).sort(), files.toSorted());
    for (const file of files) {
      const { size, mode } = statSync(join(folder, file));
      assert.ok(size > 0 && size <= 1_000, `${file} has ${size} bytes`);
      assert.equal(mode & 0o777, 0o600);
    }
    const kept = files.flatMap((file) => numbersIn(join(folder, file)));
    assert.deepEqual(
      kept,
      Array.from(kept, (_, index) => 200 - kept.length + index),
    );
  });

  it('is written by whoever else has it open, also after it was emptied', () => {
    writeFileSync(path, '', { mode: 0o600 });
    const log = new LogFile(path, { maxBytes: 300 });
    for (let number = 0; number < 20; number++) log.write(numbered(number));
    assert.ok(existsSync(`${path}.3`));
    // As a crash of Node is: from outside, at the end of the same file.
    spawnSync('sh', ['-c', `echo '{"number":99}' >> ${path}`]);
    log.write(numbered(20));
    log.close();
    const kept = [`${path}.1`, path].flatMap(numbersIn);
    assert.deepEqual(kept.slice(-3), [19, 99, 20]);
  });

  it('is made anew when somebody has moved it away', async () => {
    const log = new LogFile(path);
    log.write(numbered(1));
    renameSync(path, join(folder, 'moved'));
    let number = 1;
    await waitUntil(() => {
      log.write(numbered(++number));
      return existsSync(path);
    }, 'the new file');
    assert.deepEqual(numbersIn(path), [number]);
    log.close();
  });

  it('says how many lines the disk refused', () => {
    // Nothing larger than 4 KiB may be written by this process, so some lines are cut, and the rest refused.
    const script = `
      import { LogFile } from ${JSON.stringify(join(import.meta.dirname, '../../daemon/log/log-file.ts'))};
      import { truncateSync } from 'node:fs';
      process.on('SIGXFSZ', () => undefined);
      const log = new LogFile(${JSON.stringify(path)});
      for (let number = 0; number < 300; number++) log.write(JSON.stringify({ number }) + '\\n');
      truncateSync(${JSON.stringify(path)}, 0);
      log.write(JSON.stringify({ number: 300 }) + '\\n');
    `;
    const command = `ulimit -f 4; exec ${process.execPath} --input-type=module -e "$SCRIPT"`;
    const { status, stderr } = spawnSync('bash', ['-c', command], {
      env: { ...process.env, SCRIPT: script },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    const [note, last] = lines.slice(-2).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(note?.['msg'], 'lines of the log were lost');
    assert.ok(Number(note['lost']) > 0);
    assert.equal(last?.['number'], 300);
  });

  it('is not opened when it is a link, or open to others', () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'precious', { mode: 0o600 });
    symlinkSync(target, path);
    assert.throws(() => new LogFile(path), /symbolic link/);
    rmSync(path);
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    assert.throws(() => new LogFile(path), /chmod go-rwx/);
    assert.equal(readFileSync(target, 'utf8'), 'precious');
  });
});
