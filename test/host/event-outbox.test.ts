import assert from 'node:assert/strict';
import { EventOutbox } from '../../daemon/host/event-outbox.ts';
import { MAX_UNACKED_EVENTS, type WireEvent } from '../../shared/ipc/host-messages.ts';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import { eventually } from '../runtime/runtime-fixture.ts';

describe('host: events on their way', () => {
  const wide = { ...DEFAULT_SETTINGS.limits, max_events: 1_000_000, max_output_kb: 1_000_000 };
  let sent: WireEvent[][] = [];
  const make = (limits = wide): EventOutbox => new EventOutbox(limits, (events) => sent.push(events));
  const push = (outbox: EventOutbox, text: string): string | undefined =>
    outbox.push('console', { level: 'log', text }, text);

  beforeEach(() => {
    sent = [];
  });

  it('travel with the end of a short run', () => {
    const outbox = make();
    push(outbox, 'a');
    push(outbox, 'b');
    assert.deepEqual(outbox.takeTail().map(([, , { text }]) => text), ['a', 'b']); // prettier-ignore
    assert.deepEqual(sent, []);
  });

  it('do not wait long for the end of a longer one', async () => {
    const outbox = make();
    push(outbox, 'a');
    await eventually('the first batch', () => sent.length === 1, 500);
    push(outbox, 'b');
    push(outbox, 'c');
    await eventually('the second batch', () => sent.length === 2, 500);
    assert.equal(sent[1]?.length, 2);
    assert.deepEqual(outbox.takeTail(), []);
  });

  it('go in batches, never more than a window ahead of the store', async () => {
    const outbox = make();
    for (let i = 0; i <= MAX_UNACKED_EVENTS + 1; i++) push(outbox, 'x');
    assert.ok(sent.length >= 8);
    const gate = outbox.gate();
    assert.ok(gate !== undefined);
    let isOpen = false;
    void gate.then(() => (isOpen = true));
    outbox.ack(1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isOpen, false);
    outbox.ack(1024);
    await gate;
    outbox.takeTail();
  });

  it('count large texts as well as many', () => {
    const outbox = make();
    for (let i = 0; i < 5; i++) push(outbox, 'x'.repeat(1_000_000));
    assert.ok(outbox.gate() !== undefined);
    outbox.takeTail();
  });

  it('are refused beyond the limits', () => {
    const few = make({ ...wide, max_events: 3 });
    assert.deepEqual([push(few, 'a'), push(few, 'b'), push(few, 'c')], [undefined, undefined, 'max_events']);
    assert.equal(few.takeTail().length, 2);
    const little = make({ ...wide, max_output_kb: 1 });
    assert.equal(push(little, 'x'.repeat(1024)), undefined);
    assert.equal(push(little, 'y'), 'max_output_kb');
    assert.equal(little.outputBytes, 1024);
    assert.equal(little.takeTail().length, 1);
  });

  it('are dropped after the run was stopped', () => {
    const outbox = make();
    push(outbox, 'before');
    outbox.close();
    push(outbox, 'after');
    assert.equal(outbox.gate(), undefined);
    assert.equal(outbox.takeTail().length, 1);
  });
});
