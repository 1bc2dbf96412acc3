import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template, TemplateDetail } from '../../shared/model/template.ts';
import { runCli, type CliRun } from '../helpers/run-cli.ts';
import { TestDaemon } from '../transport/rest/test-daemon.ts';

describe('vm-system template export and apply', function () {
  this.timeout(60_000);
  let test: TestDaemon;
  let folder: string;
  beforeEach(async () => {
    test = await TestDaemon.open();
    folder = await mkdtemp(join(tmpdir(), 'vm-template-files-'));
  });
  afterEach(async () => {
    await test.close();
    await rm(folder, { recursive: true });
  });

  const cli = (...args: string[]): Promise<CliRun> =>
    runCli(['--server-url', test.daemon.url, 'template', ...args], {
      PATH: process.env['PATH'],
      VM_SYSTEM_DATA_DIR: folder,
    });
  const fileWith = async (fields: object): Promise<string> => {
    const path = join(folder, 't.json');
    await writeFile(path, JSON.stringify({ template_format: 1, name: 'team', ...fields }));
    return path;
  };
  const all = (): Promise<Template[]> => test.api.ok('GET', 'templates');

  const full = {
    settings: { limits: { mem_mb: 256 }, resolver: { roots: ['src', '.'] }, runtime: { strict: false } },
    modules: ['database', 'fs'],
    libraries: ['lodash', 'date-fns@3.6.0'],
    startup_files: [{ path: 'b.js' }, { path: 'a.js' }, { path: 'c.js', order_index: 5 }],
  };

  it('makes a template of a file, then finds nothing to change', async () => {
    const path = await fileWith(full);
    const first = await cli('apply', '-f', path);
    assert.equal(first.code, 0, first.stderr);
    const [template] = await all();
    assert.deepEqual(first.stdout.split('\n'), [
      `Created template: team (ID: ${template!.id})`,
      '  ~ settings.limits.mem_mb: 128 → 256',
      '  ~ settings.resolver.roots: ["."] → ["src","."]',
      '  ~ settings.runtime.strict: true → false',
      ...['  + module database', '  + module fs', '  + library date-fns@3.6.0', '  + library lodash@4.17.21'],
      ...['b.js', 'a.js'].map((name) => `  + startup file 0 ${name} (eval)`),
      ...['  + startup file 5 c.js (eval)', ''],
    ]);
    const before = await test.api.ok<TemplateDetail>('GET', `templates/${template!.id}`);
    assert.deepEqual(before.template.libraries, ['date-fns@3.6.0', 'lodash@4.17.21']);
    const second = await cli('apply', '-f', path);
    assert.deepEqual([second.code, second.stdout], [0, `Unchanged template: team (ID: ${template!.id})\n`]);
    assert.deepEqual(await test.api.ok('GET', `templates/${template!.id}`), before);
  });

  it('exports what apply makes the same template of, elsewhere as well', async () => {
    await cli('apply', '-f', await fileWith(full));
    const [template] = await all();
    const exported = await cli('export', template!.id);
    assert.equal(exported.code, 0, exported.stderr);
    const path = join(folder, 'exported.json');
    await writeFile(path, exported.stdout);
    const same = await cli('apply', '-f', path);
    assert.match(same.stdout, /^Unchanged template/, same.stderr);
    await test.api.ok('DELETE', `templates/${template!.id}`);
    assert.match((await cli('apply', '-f', path)).stdout, /^Created template/);
    const [again] = await all();
    assert.equal((await cli('export', again!.id)).stdout, await readFile(path, 'utf8'));
  });

  it('changes a template until it is what the file says', async () => {
    await cli('apply', '-f', await fileWith(full));
    const { code, stdout } = await cli('apply', '-f', await fileWith({ ...full, modules: ['fs'], libraries: [] }));
    assert.equal(code, 0);
    assert.deepEqual(stdout.split('\n').slice(1, -1), [
      '  - module database',
      '  - library date-fns',
      '  - library lodash',
    ]);
    const [template] = await all();
    assert.deepEqual([template!.exposed_modules, template!.libraries], [['fs'], []]);
  });

  it('only says what it would do with --dry-run', async () => {
    const path = await fileWith(full);
    const making = await cli('apply', '-f', path, '--dry-run');
    assert.deepEqual([making.code, making.stdout.split('\n')[0]], [0, 'Would create template: team']);
    assert.deepEqual(await all(), []);
    await cli('apply', '-f', path);
    const before = await all();
    const changing = await cli('apply', '--dry-run', '-f', await fileWith({}));
    assert.match(changing.stdout, /^Would update template: team \(ID: /);
    assert.match(changing.stdout, /\n {2}- module fs\n/);
    assert.deepEqual(await all(), before);
  });

  it('refuses a bad file, says where, and changes nothing', async () => {
    const bad = await cli('apply', '-f', await fileWith({ settings: { limits: { cpu: 1 } } }));
    assert.deepEqual([bad.code, bad.stdout], [1, '']);
    assert.match(bad.stderr, /t\.json: settings\.limits\.cpu is not known/);
    const missing = await cli('apply', '-f', join(folder, 'missing.json'));
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /missing\.json: ENOENT/);
    assert.equal((await cli('apply')).code, 2);
    assert.deepEqual(await all(), []);
  });

  it('says which change the daemon refused, and goes on once the file is mended', async () => {
    const refused = await cli('apply', '-f', await fileWith({ ...full, modules: ['json'] }));
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /MODULE_NOT_ALLOWED: \+ module json: .* apply it again/);
    assert.equal((await cli('apply', '-f', await fileWith(full))).code, 0);
    assert.match((await cli('apply', '-f', await fileWith(full))).stdout, /^Unchanged/);
  });

  it('--json is for programs', async () => {
    const applied = await cli('apply', '-f', await fileWith({ modules: ['fs'] }), '--json');
    const { id, ...rest } = JSON.parse(applied.stdout) as Record<string, unknown>;
    assert.equal(id, (await all())[0]!.id);
    assert.deepEqual(rest, { action: 'created', dry_run: false, name: 'team', changes: ['+ module fs'] });
  });
});
