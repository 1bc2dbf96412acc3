import assert from 'node:assert/strict';
import { GuestIsolate } from '../../daemon/host/guest-isolate.ts';
import { GuestSnapshot, makeGuestSnapshot } from '../../daemon/host/guest-snapshot.ts';
import { LastValues } from '../../daemon/host/last-values.ts';
import { runPlainly } from '../../daemon/host/plain-run.ts';
import { guestScript } from '../../daemon/runtime/guest-script.ts';
import { DEFAULT_SETTINGS, type Limits } from '../../shared/model/settings.ts';
import { waitUntil } from '../helpers/wait-until.ts';

describe('host: runs of plain lines', () => {
  let snapshot: GuestSnapshot;
  let guest: GuestIsolate;
  let last: LastValues;
  before(() => {
    const bytes = makeGuestSnapshot(guestScript());
    snapshot = new GuestSnapshot(bytes.length, (target) => { target.set(bytes); }); // prettier-ignore
  });
  beforeEach(async () => {
    const onCatastrophe = (): void => assert.fail('the isolate is gone');
    guest = await GuestIsolate.create({ memMb: 64, snapshot, onCatastrophe });
    last = new LastValues();
  });
  afterEach(() => guest.dispose());

  const evaluate = async (...statements: string[]): Promise<void> => {
    for (const statement of statements) {
      const answer = guest.evaluate(statement, { replMode: true });
      await guest.rest();
      assert.equal((await answer).result?.exceptionDetails, undefined, statement);
    }
  };

  const run = (source: string, limits: Partial<Limits> = {}): string | undefined => {
    const request = { t: 'run', session_id: 's', execution_id: 'e', kind: 'repl', source } as const;
    const plain = runPlainly(request, guest, last, { ...DEFAULT_SETTINGS.limits, ...limits });
    if (plain === undefined) return undefined;
    const [, type, payload] = plain.event;
    assert.equal(type, 'value');
    return String(payload['preview']);
  };

  /** The isolate's thread lets go of it a moment after its last answer. */
  const settled = (): Promise<void> => waitUntil(() => run('0') === '0', 'the isolate to be at rest');

  const tell = async (...statements: string[]): Promise<void> => {
    await evaluate(...statements);
    await settled();
  };

  it('are over at once, with the value of primitives', async () => {
    await tell('var v = 2', 'let l = 3', 'const c = "text"', 'g = true', 'function f() {}');
    assert.equal(run('v + l'), '5');
    assert.equal(run('c'), 'text');
    assert.equal(run('!g'), 'false');
    assert.equal(run('c + " " + (v - l)'), 'text -1');
    assert.equal(run('undefined'), 'undefined');
    assert.equal(run('null'), 'null');
    await tell('l = 4');
    assert.equal(run('l'), '4');
  });

  it('are like all others in what they have used', async () => {
    await settled();
    const request = { t: 'run', session_id: 's', execution_id: 'e', kind: 'repl', source: '"ü" + 1' } as const;
    const { metrics } = runPlainly(request, guest, last, DEFAULT_SETTINGS.limits) ?? {};
    assert.deepEqual(Object.keys(metrics ?? {}), [
      'wall_ms',
      'cpu_ms',
      'heap_used_bytes',
      'event_count',
      'output_bytes',
    ]);
    assert.ok((metrics?.wall_ms ?? 0) > 0 && (metrics?.cpu_ms ?? 0) > 0 && (metrics?.heap_used_bytes ?? 0) > 100_000);
    assert.deepEqual([metrics?.event_count, metrics?.output_bytes], [1, 3]);
  });

  it('leave what is no primitive, and what fails, to others', async () => {
    await tell('let o = {}', 'let big = 5n', 'let s = Symbol("s")', 'let long = "x".repeat(1001)', 'const n = 0');
    for (const line of ['o', 'o + 1', 'big', 'big + big', 's', 's + 1', 'long', 'long + 1', 'JSON', 'this', 'f']) {
      assert.equal(run(line), undefined, line);
    }
    for (const line of ['unknown', 'n / n', '-n', 'n ?? n || n', 'new', 'n + later', 'eval']) {
      assert.equal(run(line), undefined, line);
    }
    assert.equal(run('n'), '0');
  });

  it('run none of the code that the guest has put in their way', async () => {
    await tell(
      'let ran = 0',
      'const trap = () => { ran++; for (;;); }',
      'Object.defineProperty(globalThis, "accessor", { get: trap, set: trap })',
      'let object = { valueOf: trap, toString: trap, [Symbol.toPrimitive]: trap }',
      'Object.defineProperty(Object.prototype, "inherited", { get: trap })',
      'Object.defineProperty(Array.prototype, "0", { get: trap, set: trap })',
      'Array.prototype[Symbol.iterator] = trap',
      'Object.getOwnPropertyDescriptor = Object.hasOwn = Object.getPrototypeOf = trap',
      'Number.prototype.valueOf = String.prototype.valueOf = String.prototype.toString = trap',
      'Number.isFinite = Object.is = trap',
      'Object.defineProperty(Object.prototype, "get", { get: trap })',
      'Object.defineProperty(Object.prototype, "value", { get: trap })',
    );
    for (const line of ['accessor', 'accessor + 1', 'object', 'object + 1', '-object', 'object == 1', 'inherited']) {
      assert.equal(run(line), undefined, line);
    }
    for (const line of ['value', 'get', '__proto__', 'constructor']) assert.equal(run(line), undefined, line);
    assert.equal(run('1 + "a"'), '1a');
    assert.equal(run('ran'), '0');
  });

  it('ask no proxy behind the global object', async () => {
    await tell(
      'var asked = 0, own = 1',
      'const handler = new Proxy({}, { get() { asked++ } })',
      'Object.setPrototypeOf(globalThis, new Proxy({}, handler))',
      'asked = 0',
    );
    assert.equal(run('nowhere'), undefined);
    assert.equal(run('own'), '1');
    assert.equal(run('asked'), '0');
  });

  it('cannot be given other functions of ours', async () => {
    for (const statement of ['let \u012dline = 1', 'function \u012dline() {}', 'class \u012dline {}']) {
      const answer = guest.evaluate(statement, { replMode: true });
      await guest.rest();
      assert.match((await answer).result?.exceptionDetails?.exception?.description ?? '', /already been declared/);
    }
    await tell(
      'globalThis.\u012dline = () => 9',
      '\u012dline.areHeld = \u012dline.arePrimitive = () => { for (;;); }',
      'Reflect.deleteProperty(globalThis, "\u012dline")',
      'Reflect.deleteProperty(\u012dline, "areHeld")',
      'let one = 1',
    );
    assert.equal(run('one + 1'), '2');
  });

  it('do not begin with less output than they make, or with objects to be let go', async () => {
    await settled();
    assert.equal(run('1', { max_events: 1 }), undefined);
    assert.equal(run('"x"', { max_output_kb: 0 }), undefined);
    last.set('_', { type: 'object', objectId: 'some' });
    assert.equal(run('1'), undefined);
    last.release(guest);
    await settled();
  });

  it('begin only where there is room', async () => {
    await evaluate('let filled = new Array(5_000_000).fill(1.5)');
    assert.equal(run('1'), undefined);
    await evaluate('filled = undefined');
    await guest.collectGarbage();
    await settled();
  });

  it('do not wait for what goes on in the isolate', async () => {
    await tell('let n = 1', 'setTimeout(() => { for (;;); }, 1)');
    const turn = guest.turns.take();
    await waitUntil(() => run('n') === undefined, 'the endless turn to begin');
    assert.equal(run('n'), undefined);
    assert.ok(guest.readHeapUsed() > 0);
    guest.terminate();
    assert.equal((await turn).state, 'terminated');
    await guest.turns.end(true);
    await settled();
    assert.equal(run('n'), '1');
  });
});
