import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ALL, StoreFixture } from './store-fixture.ts';

type Child = ChildProcessByStdio<null, Readable, null>;

describe('a store and other processes', () => {
  let fixture: StoreFixture;
  let children: Child[];
  beforeEach(() => {
    fixture = new StoreFixture();
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    fixture.dispose();
  });

  const start = (mode: 'hold' | 'write' | 'lines'): Child => {
    const script = path.join(import.meta.dirname, 'store-child.ts');
    const child = spawn(process.execPath, [script, mode, fixture.file], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };
  const kill = async (child: Child): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const firstLine = async (child: Child): Promise<string> => {
    for await (const line of createInterface(child.stdout)) return line;
    return '';
  };

  it('has one owner, until that one is gone', async () => {
    const owner = start('hold');
    assert.equal(await firstLine(owner), 'ready');
    assert.throws(() => fixture.open(), {
      reason: 'in_use',
      message: /Another vm-system daemon uses the database .*vm-system\.db/,
    });
    await kill(owner);
    assert.deepEqual(fixture.open().recovered, { executions: 0, sessions: 0 });
    assert.throws(() => fixture.open(), { reason: 'in_use' });
    // Closing a file drops the locks of the whole process on it: the refusal above must not have done that.
    assert.equal(await firstLine(start('hold')), 'in_use');
    fixture.closeAll();
    assert.equal(await firstLine(start('hold')), 'ready');
  });

  it('has one owner of several that start in one moment', async () => {
    const lines = await Promise.all(Array.from({ length: 4 }, () => firstLine(start('hold'))));
    assert.deepEqual(lines.sort(), ['in_use', 'in_use', 'in_use', 'ready']);
  }).timeout(60_000);

  it('keeps all that was acknowledged when its owner is killed', async () => {
    const child = start('write');
    const printed: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      printed.push(line);
      if (printed.length === 200) child.kill('SIGKILL');
    }
    await kill(child);
    const acknowledged = printed.slice(1).map((line) => line.split(' ') as [id: string, mark: string]);
    assert.ok(acknowledged.length >= 199);

    const { executions, recovered, sessions } = fixture.open();
    assert.ok(recovered.executions <= 1);
    assert.equal(recovered.sessions, 1);
    for (const [id, mark] of acknowledged) {
      if (mark === 'end') assert.equal(executions.get(id)?.status, 'ok', id);
      else assert.equal(executions.events(id, { after_seq: Number(mark) - 1, limit: 1 })[0]?.seq, Number(mark), id);
    }
    const all = executions.list({ session_id: sessions.list()[0]!.id, limit: 1000 });
    for (const { id, status } of all) {
      const seqs = executions.events(id, ALL).map(({ seq }) => seq);
      assert.deepEqual(
        seqs,
        seqs.map((_, index) => index + 1),
      );
      assert.notEqual(status, 'running');
    }
    assert.equal(all.filter(({ status }) => status === 'error').length, recovered.executions);
  }).timeout(60_000);

  it('keeps all lines that were acknowledged, staged or filed, when its owner is killed', async () => {
    for (const count of [1, 100, 2000]) {
      const child = start('lines');
      const printed: string[] = [];
      for await (const line of createInterface(child.stdout)) {
        printed.push(line);
        if (printed.length === 1 + count) child.kill('SIGKILL');
      }
      await kill(child);
      const { executions, recovered } = fixture.open();
      assert.deepEqual(recovered, { executions: 0, sessions: 1 });
      assert.ok(printed.length > count, `${printed.length} lines`);
      for (const line of printed.slice(1)) {
        const id = line.slice(0, line.indexOf(' '));
        assert.equal(executions.get(id)?.status, 'ok', id);
        assert.equal(executions.events(id, ALL).length, 2, id);
      }
      fixture.closeAll();
    }
    assert.deepEqual(fixture.problems, []);
  }).timeout(60_000);
});
