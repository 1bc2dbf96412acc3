import assert from 'node:assert/strict';
import { RuntimeFixture } from './runtime-fixture.ts';

describe('runtime: looking into a session', () => {
  const fixture = new RuntimeFixture();
  let session = '';

  before(async () => {
    session = await fixture.open();
    await fixture.run(
      session,
      `let count = 3; const list = [1, 'two', { three: 3 }]; class Shape { area() { return 1 } }
       function greet(name) { return 'hi ' + name } var touched = 0;
       globalThis.config = { mode: 'test', deep: { er: 1 } };
       Object.defineProperty(globalThis, 'danger', { get() { touched++; return 1 }, enumerable: true });
       var trap = new Proxy({}, { get() { touched++ }, ownKeys() { touched++; return [] }, getPrototypeOf() { touched++; return null } });
       var text = 'some text'; let shape = new Shape(); let count2; undefined`,
    );
    await fixture.run(session, 'let count = 4');
  });
  after(async () => {
    assert.equal(await fixture.preview(session, 'touched'), '0', 'no code of the guest ran');
    await fixture.dispose();
  });

  async function labels(input: string, cursor = input.length): Promise<string[]> {
    const completion = await fixture.runtime.complete(session, { input, cursor });
    return completion?.items.map(({ label }) => label) ?? [];
  }

  it('lists what its code has defined, once each, and nothing else', async () => {
    const globals = (await fixture.runtime.globals(session)) ?? [];
    const shown = globals.map(({ name, scope, type, preview }) => [name, scope, type, preview]);
    assert.deepEqual(shown.sort(), [
      ['Shape', 'lexical', 'function', '[class Shape]'],
      ['config', 'global', 'object', "{ mode: 'test', deep: Object }"],
      ['count', 'lexical', 'number', '4'],
      ['count2', 'lexical', 'undefined', 'undefined'],
      ['danger', 'global', 'undefined', '[Getter]'],
      ['greet', 'global', 'function', '[Function: greet]'],
      ['list', 'lexical', 'object', "[ 1, 'two', Object ]"],
      ['shape', 'lexical', 'object', 'Shape'],
      ['text', 'global', 'string', 'some text'],
      ['touched', 'global', 'number', '0'],
      ['trap', 'global', 'object', 'Proxy(Object)'],
    ]); // prettier-ignore
  });

  it('completes names', async () => {
    assert.deepEqual(await labels('co'), ['count', 'count2', 'config', 'const', 'continue', 'console']);
    assert.deepEqual(await labels('1 + gre'), ['greet']);
    assert.deepEqual(await labels('Arr'), ['Array', 'ArrayBuffer']);
  });

  it('completes members, and says where they belong', async () => {
    const completion = await fixture.runtime.complete(session, { input: 'f(config.mo', cursor: 11 });
    assert.deepEqual(completion, { from: 9, to: 11, items: [{ label: 'mode', kind: 'property', preview: 'test' }] });
    assert.equal((await labels('config.deep.'))[0], 'er');
    assert.deepEqual(await labels('shape.ar'), ['area']);
    assert.deepEqual(await labels('text.toUp'), ['toUpperCase']);
    assert.deepEqual(await labels('list[2].thr'), ['three']);
    assert.deepEqual(await labels('config?.mo'), ['mode']);
    assert.deepEqual(await labels('Math.sq and more', 7), ['sqrt']);
  });

  it('offers nothing where it cannot tell without running code', async () => {
    assert.deepEqual(await labels('greet("x").'), []);
    assert.deepEqual(await labels('danger.to'), []);
    assert.deepEqual(await labels('trap.to'), []);
    assert.deepEqual(await labels('unknown.to'), []);
  });

  it('is refused while something runs', async () => {
    const { ended } = fixture.start(session, 'for (;;) {}');
    assert.equal(await fixture.runtime.globals(session), undefined);
    fixture.runtime.interrupt(session);
    await ended;
    assert.equal(await fixture.runtime.globals('no such session'), undefined);
  });
});
