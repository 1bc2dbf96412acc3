import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { GcResult } from '../../shared/model/ops.ts';
import type { TemplateSettings } from '../../shared/model/settings.ts';
import { openSqliteStore } from '../../daemon/store/sqlite-store.ts';
import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';
import { ALL } from '../store/store-fixture.ts';
import { daemonForAll } from './daemon-for-all.ts';
import { shell, type ShellResult } from './shell.ts';

/** What `vm-system help operations` has people type, against a real daemon. */
describe('operations', function () {
  this.timeout(60_000);
  let daemon: DaemonProcess;
  daemonForAll((started) => {
    daemon = started;
  });

  const vm = (line: string): Promise<ShellResult> => shell(daemon, `./vm-system ${line}`);
  const ok = async (line: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await vm(line);
    assert.equal(exitCode, 0, `${line}\n${stderr}`);
    return stdout;
  };

  it('health and runtime-summary are what the API says', async () => {
    const session = await daemon.session();
    assert.equal(await ok('ops health'), '{"status":"ok"}');
    const summary = JSON.parse(await ok('ops runtime-summary')) as { active_session_ids: string[] };
    assert.ok(summary.active_session_ids.includes(session.id));
  });

  it('backup copies while code writes, never over a file, and the copy is whole', async () => {
    const session = await daemon.session({ limits: { wall_ms: 60_000, cpu_ms: 60_000, max_output_kb: 100_000 } });
    const before = await daemon.repl(session, 'for (let i = 0; i < 500; i++) console.log(i)');
    const flood = daemon.start(session, 'for (let i = 0; i < 30000; i++) console.log(i)');
    const { id } = await flood;
    const file = join(daemon.folder.path, 'copy of it.db');
    assert.match(await ok(`ops backup '${file}'`), /^Wrote backup: .*copy of it\.db \(\d+ bytes\)$/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const again = await vm(`ops backup '${file}'`);
    assert.equal(again.exitCode, 3);
    assert.match(again.stderr, /^VALIDATION_ERROR: path exists already/);
    assert.equal((await vm('ops backup /no/such/folder/x.db')).exitCode, 3);
    const copy = openSqliteStore({ path: file });
    assert.equal(copy.executions.events(before.id, ALL).length, before.events.length);
    const seqs = copy.executions.events(id, ALL).map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index + 1),
    );
    copy.close();
    await daemon.client.post(`sessions/${session.id}/close`, {});
  });

  it('gc counts first, then deletes what has ended, and nothing that lives', async () => {
    const limits = { wall_ms: 60_000, cpu_ms: 60_000 };
    const [closed, live] = [await daemon.session(), await daemon.session({ limits })];
    for (const session of [closed, live]) await daemon.repl(session, '1');
    const running = await daemon.start(live, 'for (;;) {}');
    await daemon.client.post(`sessions/${closed.id}/close`, {});
    const counted = JSON.parse(await ok('ops gc --older-than 0s --dry-run --json')) as GcResult;
    assert.ok(counted.dry_run && counted.executions >= 2 && counted.sessions >= 1, JSON.stringify(counted));
    assert.equal((await vm(`session get ${closed.id}`)).exitCode, 0);
    assert.match(await ok('ops gc --older-than 1d'), /^Deleted 0 sessions, 0 executions, 0 events\.$/);
    assert.match(await ok('ops gc --older-than 0s'), /^Deleted [1-9]\d* sessions, [1-9]\d* executions, /);
    assert.equal((await vm(`session get ${closed.id}`)).exitCode, 3);
    assert.match(await ok(`exec get ${running.id}`), /running/);
    assert.match(await ok(`session get ${live.id}`), /ready/);
    await ok(`exec cancel ${running.id}`);
    assert.equal((await vm('ops gc --older-than soon')).exitCode, 2);
    assert.equal((await vm('ops gc')).exitCode, 2);
  });

  it('retention is set, and taken away, by flags', async () => {
    const { template_id } = await daemon.session();
    const set = async (flags: string): Promise<TemplateSettings['retention']> => {
      const text = await ok(`template set-settings ${template_id} ${flags} --json`);
      return (JSON.parse(text) as TemplateSettings).retention;
    };
    const both = { max_age_days: 30, max_executions: 1_000 };
    assert.deepEqual(await set('--max-age-days 30 --max-executions 1000'), both);
    assert.deepEqual(await set('--max-age-days never'), { ...both, max_age_days: null });
    assert.match(await ok(`template get ${template_id}`), /retention: \{"max_age_days":null,"max_executions":1000\}/);
    assert.equal((await vm(`template set-settings ${template_id} --max-executions 0`)).exitCode, 3);
    assert.equal((await vm(`template set-settings ${template_id} --max-executions all`)).exitCode, 2);
  });

  it('status says where it is, and stop ends it and what runs in it', async () => {
    const other = await DaemonFolder.make();
    const running = await DaemonProcess.start(other);
    const session = await running.session();
    await running.start(session, 'for (;;) {}');
    const status = await shell(running, './vm-system status');
    assert.match(status.stdout, new RegExp(`^url: +${running.url}$`, 'm'));
    assert.match(status.stdout, new RegExp(`^pid: +${running.pid}$`, 'm'));
    assert.match(status.stdout, /^sessions: +1 live$/m);
    const stop = await shell(running, './vm-system stop');
    assert.equal(stop.stdout, `Stopped the daemon (pid ${running.pid})`);
    assert.deepEqual(await running.end(), { code: 0, signal: null });
    assert.ok(!existsSync(join(other.path, 'endpoint.json')));
    assert.equal((await shell(running, './vm-system status')).exitCode, 4);
    await other.remove();
  });
});
