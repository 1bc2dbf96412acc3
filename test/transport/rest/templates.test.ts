import assert from 'node:assert/strict';
import type { TemplateSettings } from '../../../shared/model/settings.ts';
import type { Capability, StartupFile, Template, TemplateDetail } from '../../../shared/model/template.ts';
import { openServer, type TestServer } from './test-server.ts';

const NOBODY = '01890f3a-0000-7000-8000-000000000000';

describe('templates', () => {
  let test: TestServer;
  let template: Template;
  before(async () => {
    test = await openServer();
  });
  after(() => test.close());
  let count = 0;
  beforeEach(async () => {
    template = await test.api.ok('POST', 'templates', { name: `template ${++count}` });
  });

  const path = (rest = ''): string => `templates/${template.id}${rest}`;

  it('are made with 201, an engine, and default settings', async () => {
    const made = await test.api.call<Template>('POST', 'templates', { name: 'from goja', engine: 'goja' });
    assert.equal(made.status, 201);
    const { id, created_at, updated_at, ...rest } = made.body;
    assert.deepEqual(rest, { name: 'from goja', engine: 'goja', is_active: true, exposed_modules: [], libraries: [] });
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(updated_at, created_at);
    assert.equal(template.engine, 'v8');
    const { limits, runtime } = await test.api.ok<TemplateSettings>('GET', path('/settings'));
    assert.deepEqual(limits, { cpu_ms: 2000, wall_ms: 5000, mem_mb: 128, max_events: 50_000, max_output_kb: 256 });
    assert.deepEqual(runtime, { esm: true, strict: true, console: true });
  });

  it('are listed as a bare list, oldest first, and read with all their parts', async () => {
    const list = await test.api.ok<Template[]>('GET', 'templates');
    assert.deepEqual(list.at(-1), template);
    assert.ok(list.every(({ id }, index) => index === 0 || id > (list[index - 1]?.id ?? '')));
    const detail = await test.api.ok<TemplateDetail>('GET', path());
    assert.deepEqual(Object.keys(detail), ['template', 'settings', 'capabilities', 'startup_files']);
    assert.deepEqual(detail.template, template);
    assert.equal(detail.settings.vm_id, template.id);
  });

  it('have names of their own', async () => {
    const { name } = template;
    await test.api.refused('TEMPLATE_NAME_TAKEN', 'POST', 'templates', { name });
    const other = await test.api.ok<Template>('POST', 'templates', { name: `${name} too` });
    await test.api.refused('TEMPLATE_NAME_TAKEN', 'PATCH', `templates/${other.id}`, { name });
    await test.api.refused('ENGINE_UNSUPPORTED', 'POST', 'templates', { name: 'x', engine: 'quickjs' });
  });

  it('are changed in part', async () => {
    const changed = await test.api.ok<Template>('PATCH', path(), { is_active: false });
    assert.deepEqual({ ...changed, updated_at: '' }, { ...template, is_active: false, updated_at: '' });
    assert.equal((await test.api.ok<Template>('PATCH', path(), { name: 'renamed' })).is_active, false);
  });

  it('are deleted with their parts', async () => {
    await test.api.ok('POST', path('/startup-files'), { path: 'a.js' });
    assert.deepEqual(await test.api.ok('DELETE', path()), { status: 'ok', template_id: template.id });
    for (const each of ['', '/settings', '/capabilities', '/startup-files', '/modules', '/libraries']) {
      await test.api.refused('TEMPLATE_NOT_FOUND', 'GET', path(each));
    }
    await test.api.refused('TEMPLATE_NOT_FOUND', 'DELETE', path());
    await test.api.ok('POST', 'templates', { name: template.name });
  });

  it('have settings that are merged deeply, lists replaced', async () => {
    const patch = { limits: { cpu_ms: 7 }, resolver: { extensions: ['.js'] } };
    const before = await test.api.ok<TemplateSettings>('GET', path('/settings'));
    const after = await test.api.ok<TemplateSettings>('PATCH', path('/settings'), patch);
    assert.deepEqual(after, {
      ...before,
      limits: { ...before.limits, cpu_ms: 7 },
      resolver: { ...before.resolver, extensions: ['.js'] },
    });
    assert.deepEqual(await test.api.ok('GET', path('/settings')), after);
    for (const root of ['..', '/etc', 'a/../../b', 'a\0']) {
      await test.api.refused('INVALID_PATH', 'PATCH', path('/settings'), { resolver: { roots: [root] } });
    }
  });

  it('have capabilities', async () => {
    const body = { kind: 'env', name: 'more', enabled: true, config: { names: ['A'], values: { B: 'new\nline' } } };
    const made = await test.api.ok<Capability>('POST', path('/capabilities'), body);
    assert.deepEqual(made, { id: made.id, vm_id: template.id, ...body });
    const bare = await test.api.ok<Capability>('POST', path('/capabilities'), { kind: 'env', name: 'HOME' });
    assert.deepEqual([bare.enabled, bare.config], [true, {}]);
    assert.deepEqual(await test.api.ok('GET', path('/capabilities')), [made, bare]);
    assert.deepEqual((await test.api.ok<TemplateDetail>('GET', path())).capabilities, [made, bare]);
    assert.deepEqual(await test.api.ok('DELETE', path(`/capabilities/${made.id}`)), {
      status: 'ok',
      template_id: template.id,
      capability_id: made.id,
    });
    await test.api.refused('CAPABILITY_NOT_FOUND', 'DELETE', path(`/capabilities/${made.id}`));
    assert.deepEqual(await test.api.ok('GET', path('/capabilities')), [bare]);
  });

  it('have startup files, in the order of their index', async () => {
    const add = (body: object): Promise<StartupFile> => test.api.ok('POST', path('/startup-files'), body);
    const late = await add({ path: 'runtime/late.js', order_index: 10, mode: 'eval' });
    const early = await add({ path: 'runtime/init.js' });
    assert.deepEqual(early, {
      id: early.id,
      vm_id: template.id,
      path: 'runtime/init.js',
      order_index: 0,
      mode: 'eval',
    });
    assert.deepEqual(await test.api.ok('GET', path('/startup-files')), [early, late]);
    for (const away of ['../x.js', '/etc/passwd', 'a/../../x.js', 'a\0.js']) {
      await test.api.refused('INVALID_PATH', 'POST', path('/startup-files'), { path: away });
    }
    assert.deepEqual(await test.api.ok('DELETE', path(`/startup-files/${late.id}`)), {
      status: 'ok',
      template_id: template.id,
      startup_file_id: late.id,
    });
    await test.api.refused('STARTUP_FILE_NOT_FOUND', 'DELETE', path(`/startup-files/${late.id}`));
  });

  it('have modules, but none that JavaScript has anyway', async () => {
    const name = 'database';
    assert.deepEqual(await test.api.ok('POST', path('/modules'), { name }), { template_id: template.id, name });
    assert.deepEqual(await test.api.ok('GET', path('/modules')), [name]);
    assert.deepEqual((await test.api.ok<TemplateDetail>('GET', path())).template.exposed_modules, [name]);
    for (const builtIn of ['json', 'JSON', 'math']) {
      await test.api.refused('MODULE_NOT_ALLOWED', 'POST', path('/modules'), { name: builtIn });
    }
    for (const missing of ['nothing', '__proto__', 'constructor', '../fs']) {
      await test.api.refused('MODULE_NOT_FOUND', 'POST', path('/modules'), { name: missing });
      await test.api.refused('MODULE_NOT_FOUND', 'DELETE', path(`/modules/${encodeURIComponent(missing)}`));
    }
    const removed = { status: 'ok', template_id: template.id, name };
    assert.deepEqual(await test.api.ok('DELETE', path(`/modules/${name}`)), removed);
    assert.deepEqual(await test.api.ok('GET', path('/modules')), []);
  });

  it('have libraries, by either spelling of their version', async () => {
    await test.api.ok('POST', path('/libraries'), { name: 'lodash@4.17.21' });
    const [stored] = await test.api.ok<string[]>('GET', path('/libraries'));
    await test.api.ok('POST', path('/libraries'), { name: 'lodash-4.17.21' });
    assert.deepEqual(await test.api.ok('GET', path('/libraries')), [stored]);
    assert.equal(stored, 'lodash@4.17.21');
    const { name } = await test.api.ok<{ name: string }>('POST', path('/libraries'), { name: 'lodash-4.17.21' });
    assert.equal(name, 'lodash@4.17.21');
    await test.api.refused('VALIDATION_ERROR', 'POST', path('/libraries'), { name: '../lodash' });
    await test.api.refused('LIBRARY_NOT_FOUND', 'DELETE', path('/libraries/%40scope%2Fname@1.0.0'));
    await test.api.ok('DELETE', path('/libraries/lodash%404.17.21'));
    await test.api.refused('LIBRARY_NOT_FOUND', 'DELETE', path('/libraries/lodash'));
  });

  it('that do not exist have no parts either', async () => {
    const missing = (method: string, rest: string, body?: unknown): Promise<unknown> =>
      test.api.refused('TEMPLATE_NOT_FOUND', method, `templates/${NOBODY}${rest}`, body);
    await missing('GET', '');
    await missing('PATCH', '', { name: 'x' });
    await missing('PATCH', '/settings', { limits: {} });
    await missing('POST', '/capabilities', { kind: 'fs', name: 'x' });
    await missing('POST', '/startup-files', { path: 'a.js' });
    await missing('POST', '/modules', { name: 'fs' });
    await missing('POST', '/libraries', { name: 'lodash@4.17.21' });
    await missing('DELETE', '/modules/fs');
    await missing('DELETE', `/capabilities/${NOBODY}`);
  });
});

describe('metadata', () => {
  let test: TestServer;
  before(async () => {
    test = await openServer();
  });
  after(() => test.close());

  it('lists what the daemon offers', async () => {
    for (const kind of ['engines', 'modules', 'libraries', 'event-types', 'errors']) {
      assert.ok((await test.api.ok<unknown[]>('GET', `metadata/${kind}`)).length > 1, kind);
    }
    const { defaults, ranges } = await test.api.ok<{ defaults: object; ranges: object }>('GET', 'metadata/limits');
    assert.deepEqual(Object.keys(defaults), Object.keys(ranges));
  });

  it('answers health in exactly the words that scripts compare', async () => {
    assert.equal(
      (await test.server.inject({ url: '/api/v1/health', headers: { host: 'localhost' } })).body,
      '{"status":"ok"}',
    );
  });
});
