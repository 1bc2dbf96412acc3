import assert from 'node:assert/strict';
import { v7 as uuid } from 'uuid';
import type { Execution } from '../../shared/model/execution.ts';
import { addSession, ALL, anEvent, anExecution, OK_END, someEvents, StoreFixture } from './store-fixture.ts';

describe('executions in the store', () => {
  let fixture: StoreFixture;
  beforeEach(() => {
    fixture = new StoreFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('come back as they were given, after a restart too', () => {
    const store = fixture.open();
    const session = addSession(store);
    const executions: Execution[] = [
      anExecution(session, { ...OK_END, input: 'a\0b "é" 🎉\n' }),
      anExecution(session, { ...OK_END, kind: 'run_file', path: 'a.js', args: { n: [1, null] }, env: { A: 'b' } }),
      anExecution(session, {
        status: 'error',
        ended_at: OK_END.ended_at,
        error: { code: 'JS_EXCEPTION', message: 'x', name: 'Error', stack: 'Error: x\n at a' },
      }),
    ];
    for (const execution of executions) store.journal.insertExecution(execution);
    const read = (from: typeof store): (Execution | undefined)[] => executions.map(({ id }) => from.executions.get(id));
    assert.deepEqual(read(store), executions);
    assert.deepEqual(read(fixture.reopen()), executions);
  });

  it('are listed by session, newest first, and followed oldest first', () => {
    const store = fixture.open();
    const session = addSession(store);
    const session_id = session.id;
    const other = addSession(store);
    const [a, b, c] = [anExecution(session), anExecution(session), anExecution(session)];
    for (const execution of [a, anExecution(other), b, c]) store.journal.insertExecution(execution);
    const { executions } = store;
    assert.deepEqual(executions.list({ session_id, limit: 50 }), [c, b, a]);
    assert.deepEqual(executions.list({ session_id, limit: 2 }), [c, b]);
    assert.deepEqual(executions.list({ session_id: uuid(), limit: 2 }), []);
    assert.deepEqual(executions.following({ session_id, after_id: '', limit: 2 }), [a, b]);
    assert.deepEqual(executions.following({ session_id, after_id: b.id, limit: 9 }), [c]);
  });

  it('have events in order of seq, from a cursor on', () => {
    const store = fixture.open();
    const session = addSession(store);
    const [one, two] = [anExecution(session), anExecution(session)];
    store.journal.insertExecution(one);
    store.journal.insertExecution(two);
    for (let seq = 1; seq <= 70; seq++) store.journal.appendEvents([anEvent(one, seq), anEvent(two, seq, 'x')]);
    const { executions } = store;
    assert.deepEqual(executions.events(one.id, ALL), someEvents(one, 1, 70));
    assert.deepEqual(executions.events(one.id, { after_seq: 40, limit: 2 }), someEvents(one, 41, 42));
    assert.deepEqual(executions.events(one.id, { after_seq: 70, limit: 2 }), []);
    assert.deepEqual(executions.events(uuid(), ALL), []);
  });

  it('keep payloads of any shape', () => {
    const store = fixture.open();
    const execution = anExecution(addSession(store));
    store.journal.insertExecution(execution);
    const payloads = [
      {},
      { text: '\ud800\0"\\ é🎉' },
      { type: 'object', preview: '{}', json: { a: [null, 1.5, 'x'] } },
    ];
    const events = payloads.map((payload, index) => ({ ...anEvent(execution, index + 1), payload }));
    store.journal.appendEvents(events);
    assert.deepEqual(store.executions.events(execution.id, ALL), events);
  });
});
