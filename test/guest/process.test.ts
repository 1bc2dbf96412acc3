import assert from 'node:assert/strict';
import { eventually, RuntimeFixture } from '../runtime/runtime-fixture.ts';

describe('guest: process', () => {
  const fixture = new RuntimeFixture();
  let session = '';
  before(async () => {
    session = await fixture.open();
  });
  after(() => fixture.dispose());
  const preview = (source: string): Promise<string> => fixture.preview(session, source);

  it('tells nothing of the host', async () => {
    const source = `JSON.stringify([process.version, process.versions, process.pid, process.ppid, process.env, process.argv, process.execPath, process.arch, process.platform, process.mainModule, process.binding])`;
    assert.equal(
      await preview(source),
      JSON.stringify(['', {}, null, null, {}, ['vm-system'], '', 'javascript', 'linux', null, null]),
    );
  });

  it('has a working folder, times and an environment to write to', async () => {
    assert.equal(await preview('process.cwd()'), '/');
    assert.equal(await preview('process.uptime() >= 0 && process.uptime() < 600'), 'true');
    assert.equal(await preview('process.env.NODE_ENV = "test"; process.env.NODE_ENV'), 'test');
    const clock =
      '(a => { const [s, n] = process.hrtime(a); return Number.isInteger(n) && s === 0 && n >= 0 && n < 1e9 && typeof process.hrtime.bigint() === "bigint" })(process.hrtime())';
    assert.equal(await preview(clock), 'true');
  });

  it('writes texts and bytes as events', async () => {
    const source =
      'process.stdout.write("out\\n"); process.stderr.write(new TextEncoder().encode("err")); process.stdout.write("x", () => console.log("written")); process.stdout.isTTY';
    const { events, result } = await fixture.run(session, source);
    const shown = events.filter(({ type }) => type !== 'value').map(({ type, payload }) => [type, payload['text']]);
    assert.deepEqual(shown, [
      ['stdout', 'out\n'],
      ['stderr', 'err'],
      ['stdout', 'x'],
      ['console', 'written'],
    ]);
    assert.equal(result?.preview, 'false');
    const refused = 'try { process.stdout.write(5) } catch (error) { [error.name, error.code].join() }';
    assert.equal(await preview(refused), 'TypeError,ERR_INVALID_ARG_TYPE');
  });

  it('takes listeners, and calls none', async () => {
    assert.equal(
      await preview(
        'process.on("exit", () => { throw 1 }) === process && process.once("x", () => {}).emit("x") === false && process.listenerCount("exit") === 0',
      ),
      'true',
    );
  });

  it('calls nextTick with arguments', async () => {
    assert.equal(
      await preview('await new Promise((done) => process.nextTick((...all) => done(all.join()), 1, 2))'),
      '1,2',
    );
  });

  it('ends the execution by exit, at once, and keeps the state', async () => {
    const { status, error, result, events } = await fixture.run(
      session,
      'globalThis.kept = 1; try { process.exit(3) } finally { kept = 2 } kept = 3',
    );
    assert.equal(status, 'error');
    assert.equal(error?.message, 'The code called process.exit(3).');
    assert.equal(result, undefined);
    assert.deepEqual(
      events.map(({ type, payload }) => [type, payload['exit_code']]),
      [['system', 3]],
    );
    assert.equal(await preview('kept'), '1');
  });

  it('ends well by exit without a code, or with zero', async () => {
    for (const call of [
      'process.exit()',
      'process.exit(0)',
      'await 1; process.exit("0")',
      'setTimeout(() => process.exit(), 1); await new Promise(() => {})',
    ]) {
      const { status, error } = await fixture.run(session, call);
      assert.equal(status, 'ok', `${call} ${error?.message ?? ''}`);
    }
    const { error } = await fixture.run(session, 'process.exitCode = 4; process.exit()');
    assert.equal(error?.message, 'The code called process.exit(4).');
    await fixture.run(session, 'process.exitCode = undefined');
  });

  it('tells what it should end with, each change once, and takes what Node takes', async () => {
    const { status, events, result } = await fixture.run(
      session,
      'process.exitCode = 4; process.exitCode = "4"; process.exitCode = null; process.exitCode = 2; process.exitCode',
    );
    assert.equal(status, 'ok');
    assert.deepEqual(
      events.filter(({ type }) => type === 'system').map(({ payload }) => [payload['exit_code'], payload['at_end']]),
      [4, 0, 2].map((code) => [code, true]),
    );
    assert.equal(result?.preview, '2');
    for (const [value, code] of [
      ['"a"', 'ERR_INVALID_ARG_TYPE'],
      ['""', 'ERR_INVALID_ARG_TYPE'],
      ['true', 'ERR_INVALID_ARG_TYPE'],
      ['{}', 'ERR_INVALID_ARG_TYPE'],
      ['1.5', 'ERR_OUT_OF_RANGE'],
      ['1e21', 'ERR_OUT_OF_RANGE'],
    ] as const) {
      assert.equal(await preview(`try { process.exitCode = ${value} } catch (error) { error.code }`), code, value);
      assert.equal(await preview(`try { process.exit(${value}) } catch (error) { error.code }`), code, value);
    }
    assert.equal(await preview('process.exitCode'), '2');
    await fixture.run(session, 'process.exitCode = undefined');
  });

  it('cancels timers by exit', async () => {
    await fixture.run(session, 'globalThis.rang = false; setTimeout(() => { rang = true }, 5); process.exit()');
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(await preview('rang'), 'false');
  });

  it('ends what goes on between executions by exit', async () => {
    await fixture.run(session, 'setTimeout(() => { console.log("bye"); process.exit(2) }, 5)');
    const outcome = await eventually('the exit', () => fixture.background.at(-1)?.outcome);
    assert.equal(outcome.error?.message, 'The code called process.exit(2).');
    assert.equal(await preview('1 + 1'), '2');
  });
});
