import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../daemon/doctor/finding.ts';

const root = join(import.meta.dirname, '../..');
const PACKAGES = ['isolated-vm', 'better-sqlite3', 'node-gyp-build'];

/** What the doctor, as it is built, says in a copy of the installation whose native modules are no longer what they were. */
describe('ops doctor in a broken installation', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vm-broken-'));
    mkdirSync(join(folder, 'node_modules'));
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    const isCode = (path: string): boolean => !path.includes('.cache') && !path.endsWith('.map');
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: isCode });
    const isNeeded = (path: string): boolean => !/\/(deps|src|vendor)$|win32|darwin|\.tgz$/.test(path);
    for (const name of PACKAGES) {
      const [from, to] = [root, folder].map((start) => join(start, 'node_modules', name));
      cpSync(from ?? '', to ?? '', { recursive: true, filter: isNeeded });
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function findings(): Map<string, Finding> {
    const args = [
      'dist/cli.js',
      'ops',
      'doctor',
      '--json',
      '--data-dir',
      join(folder, 'data'),
      '--listen',
      '127.0.0.1:0',
    ];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    assert.equal(stderr, '');
    const { findings: all } = JSON.parse(stdout) as { findings: Finding[] };
    assert.equal(status, all.some((finding) => finding.status === 'error') ? 1 : 0);
    return new Map(all.map((finding) => [finding.check, finding]));
  }

  function spoil(name: string): void {
    const prebuilds = join(folder, 'node_modules', name, 'prebuilds');
    const binaries = readdirSync(prebuilds, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.node'),
    );
    assert.ok(binaries.length > 0);
    for (const file of binaries) writeFileSync(join(prebuilds, file), 'no binary');
  }

  it('says which native module cannot be loaded, and how to get it back', () => {
    assert.equal(findings().get('sqlite')?.status, 'ok');
    assert.equal(findings().get('host')?.status, 'ok');
    spoil('isolated-vm');
    const host = findings().get('host');
    assert.equal(host?.status, 'error');
    assert.match(host.found, /no session can start: .*isolated/);
    assert.match(host.mend ?? '', /npm ci/);
    assert.equal(findings().get('sqlite')?.status, 'ok');
    spoil('better-sqlite3');
    const sqlite = findings().get('sqlite');
    assert.equal(sqlite?.status, 'error');
    assert.match(sqlite.found, /better-sqlite3 cannot be loaded/);
  });

  it('says that a package is missing', () => {
    rmSync(join(folder, 'node_modules/isolated-vm'), { recursive: true });
    assert.match(findings().get('host')?.found ?? '', /isolated-vm is not installed/);
  });
});
