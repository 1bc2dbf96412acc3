import assert from 'node:assert/strict';
import { RuntimeFixture } from './runtime-fixture.ts';

/** Makes garbage that lives long enough for V8 to collect everything, and lets turns of the timers go by, until `isDone` or as long as a run may take. */
const collectUntil = (isDone: string): string => `
  for (let ring = []; !(${isDone}); ) {
    for (let i = 0; i < 500; i++) ring[i] = Array.from({ length: 1000 }, () => ({ i }));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
`;

describe('runtime: finalization', () => {
  const fixture = new RuntimeFixture();
  let session = '';

  before(async () => {
    session = await fixture.open();
  });
  after(() => fixture.dispose());

  it('calls back with what was held for objects that are gone', async () => {
    await fixture.run(session, 'var gone = new Set(); var kept = {}');
    await fixture.run(session, 'var registry = new FinalizationRegistry((held) => { gone.add(held) })');
    await fixture.run(session, 'registry.register(kept, 99); for (let i = 0; i < 3; i++) registry.register({}, i); 0');
    await fixture.run(session, collectUntil('gone.size === 3'));
    assert.equal(await fixture.preview(session, '[...gone].sort()'), '[ 0, 1, 2 ]');
  });

  it('is the class that the language has', async () => {
    const source = `class Own extends FinalizationRegistry {}
      const own = new Own(() => {});
      [own instanceof FinalizationRegistry, own.constructor === Own, FinalizationRegistry.name,
       FinalizationRegistry.length, FinalizationRegistry.prototype.constructor === FinalizationRegistry,
       Object.prototype.toString.call(own), own.unregister({})]`;
    const shown = await fixture.preview(session, source);
    assert.equal(shown.replace(/\s+/g, ' '), "[ true, true, 'FinalizationRegistry', 1, true, '[object FinalizationRegistry]', false ]"); // prettier-ignore
    for (const wrong of [
      'FinalizationRegistry(() => {})',
      'new FinalizationRegistry(1)',
      'new FinalizationRegistry()',
    ]) {
      assert.equal((await fixture.run(session, wrong)).error?.name, 'TypeError', wrong);
    }
  });

  it('reports what a callback throws', async () => {
    const source =
      'var thrower = new FinalizationRegistry(() => { called = true; throw new Error("late") }); var called = false';
    await fixture.run(session, source);
    await fixture.run(session, 'thrower.register({}, 1); 0');
    const { events } = await fixture.run(session, collectUntil('called'));
    assert.ok(events.some(({ type, payload }) => type === 'exception' && JSON.stringify(payload).includes('late')));
  });
});
