import assert from 'node:assert/strict';
import { v7 as uuid } from 'uuid';
import { addSession, NOW, StoreFixture } from './store-fixture.ts';

const LATER = '2026-02-08T12:00:01.000Z';

describe('sessions in the store', () => {
  let fixture: StoreFixture;
  beforeEach(() => {
    fixture = new StoreFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  it('come back as they were given', () => {
    const store = fixture.open();
    const open = addSession(store);
    const crashed = addSession(store, { status: 'crashed', closed_at: LATER, last_error: 'startup file a.js failed' });
    assert.deepEqual(store.sessions.get(open.id), open);
    assert.deepEqual(store.sessions.get(crashed.id), crashed);
    assert.equal(store.sessions.get(uuid()), undefined);
  });

  it('are listed and counted by status, oldest first', () => {
    const store = fixture.open();
    const newest = addSession(store, { created_at: LATER });
    const oldest = addSession(store);
    const second = addSession(store);
    const closed = addSession(store, { status: 'closed' });
    assert.deepEqual(store.sessions.list(), [oldest, second, closed, newest]);
    assert.deepEqual(store.sessions.list({ status: 'ready' }), [oldest, second, newest]);
    assert.deepEqual(store.sessions.list({ status: 'starting' }), []);
    assert.equal(store.sessions.count('ready'), 3);
    assert.equal(store.sessions.count('starting'), 0);
  });

  it('change only in what is given', () => {
    const store = fixture.open();
    const { sessions } = store;
    const session = addSession(store);
    const other = addSession(store);
    sessions.update(session.id, { status: 'closed', updated_at: LATER, closed_at: LATER, last_error: 'gone' });
    const closed = { ...session, status: 'closed', updated_at: LATER, closed_at: LATER, last_error: 'gone' } as const;
    assert.deepEqual(sessions.get(session.id), closed);
    sessions.update(session.id, { updated_at: NOW });
    assert.deepEqual(sessions.get(session.id), { ...closed, updated_at: NOW });
    sessions.update(session.id, { status: 'ready', updated_at: NOW, closed_at: null, last_error: null });
    assert.deepEqual(sessions.get(session.id), session);
    assert.deepEqual(sessions.get(other.id), other);
  });
});
