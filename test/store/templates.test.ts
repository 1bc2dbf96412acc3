import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { v7 as uuid } from 'uuid';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import type { Capability, StartupFile } from '../../shared/model/template.ts';
import { addSession, addTemplate, aTemplate, StoreFixture } from './store-fixture.ts';

describe('templates in the store', () => {
  let fixture: StoreFixture;
  beforeEach(() => {
    fixture = new StoreFixture();
  });
  afterEach(() => {
    fixture.dispose();
  });

  const aCapability = (vm_id: string, changes: Partial<Capability> = {}): Capability => ({
    id: uuid(),
    vm_id,
    kind: 'module',
    name: 'database',
    enabled: true,
    config: {},
    ...changes,
  });
  const aStartupFile = (vm_id: string, path: string, order_index: number): StartupFile => ({
    id: uuid(),
    vm_id,
    path,
    order_index,
    mode: 'eval',
  });

  it('come back as they were given, after a restart too', () => {
    const template = aTemplate('démo "1"', { exposed_modules: ['database'], libraries: ['lodash@4.17.21'] });
    fixture.open().templates.insert(template, DEFAULT_SETTINGS);
    const { templates } = fixture.reopen();
    assert.deepEqual(templates.get(template.id), template);
    assert.deepEqual(templates.findByName(template.name), template);
    assert.deepEqual(templates.settings(template.id), DEFAULT_SETTINGS);
    assert.equal(templates.get(uuid()), undefined);
    assert.equal(templates.findByName('DÉMO "1"'), undefined);
    assert.equal(templates.settings(uuid()), undefined);
  });

  it('are listed by creation, those of one moment by insertion', () => {
    const store = fixture.open();
    const later = addTemplate(store, 'a', { created_at: '2026-02-08T12:00:01.000Z' });
    const first = addTemplate(store, 'z');
    const second = addTemplate(store, 'b');
    assert.deepEqual(store.templates.list(), [first, second, later]);
  });

  it('have names of their own', () => {
    const store = fixture.open();
    addTemplate(store, 'one');
    const two = addTemplate(store, 'two');
    const taken = { code: 'TEMPLATE_NAME_TAKEN', details: { name: 'one' } };
    assert.throws(() => addTemplate(store, 'one'), taken);
    assert.throws(() => {
      store.templates.update({ ...two, name: 'one' });
    }, taken);
    store.templates.update({ ...two, is_active: false });
    assert.equal(store.templates.get(two.id)?.is_active, false);
    assert.equal(store.templates.list().length, 2);
  });

  it('keep settings, one set each', () => {
    const store = fixture.open();
    const { id } = addTemplate(store, 'one');
    const settings = { ...DEFAULT_SETTINGS, limits: { ...DEFAULT_SETTINGS.limits, mem_mb: 64 } };
    store.templates.setSettings(id, settings);
    assert.deepEqual(store.templates.settings(id), settings);
    const missing = { code: 'TEMPLATE_NOT_FOUND' };
    assert.throws(() => {
      store.templates.setSettings(uuid(), settings);
    }, missing);
    assert.throws(() => store.templates.putCapability(aCapability(uuid())), missing);
    assert.throws(() => {
      store.templates.insertStartupFile(aStartupFile(uuid(), 'a.js', 0));
    }, missing);
  });

  it('replace a capability of the same kind and name, keeping its id', () => {
    const store = fixture.open();
    const { templates } = store;
    const { id } = addTemplate(store, 'one');
    const first = templates.putCapability(aCapability(id, { config: { path: '/a' } }));
    const other = templates.putCapability(aCapability(id, { kind: 'fs' }));
    const replaced = templates.putCapability(aCapability(id, { enabled: false, config: { path: '/b' } }));
    assert.deepEqual(replaced, { ...first, enabled: false, config: { path: '/b' } });
    assert.deepEqual(templates.capabilities(id), [replaced, other]);
    assert.equal(templates.deleteCapability(uuid(), first.id), false);
    assert.equal(templates.deleteCapability(id, first.id), true);
    assert.equal(templates.deleteCapability(id, first.id), false);
    assert.deepEqual(templates.capabilities(id), [other]);
  });

  it('order startup files by their index, then by insertion', () => {
    const store = fixture.open();
    const { templates } = store;
    const { id } = addTemplate(store, 'one');
    const files = [aStartupFile(id, 'c.js', 10), aStartupFile(id, 'b.js', 0), aStartupFile(id, 'a.js', 0)];
    for (const file of files) templates.insertStartupFile(file);
    assert.deepEqual(templates.startupFiles(id), [files[1], files[2], files[0]]);
    assert.equal(templates.deleteStartupFile(id, files[1]!.id), true);
    assert.equal(templates.deleteStartupFile(id, files[1]!.id), false);
    assert.deepEqual(templates.startupFiles(id), [files[2], files[0]]);
  });

  it('take their parts with them when deleted, and leave sessions', () => {
    const store = fixture.open();
    const { id } = addTemplate(store, 'one');
    const kept = addTemplate(store, 'kept');
    for (const owner of [id, kept.id]) {
      store.templates.putCapability(aCapability(owner));
      store.templates.insertStartupFile(aStartupFile(owner, 'a.js', 0));
    }
    const session = addSession(store, { template_id: id, vm_id: id });
    assert.equal(store.templates.delete(id), true);
    assert.equal(store.templates.delete(id), false);
    assert.equal(store.templates.get(id), undefined);
    assert.deepEqual(store.sessions.get(session.id), session);
    fixture.closeAll();
    const database = new Database(fixture.file, { readonly: true });
    for (const table of ['vm_settings', 'vm_capability', 'vm_startup_file']) {
      const owners = database.prepare<[], string>(`SELECT vm_id FROM ${table}`).pluck().all();
      assert.deepEqual(owners, [kept.id], table);
    }
    database.close();
  });
});
