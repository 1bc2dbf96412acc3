import assert from 'node:assert/strict';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import type { TemplateDetail } from '../../shared/model/template.ts';
import { templateChanges } from '../../shared/template-file/template-changes.ts';
import { readTemplateFile, TemplateFileError, templateFileOf } from '../../shared/template-file/template-file.ts';

type Parts = Partial<Omit<TemplateDetail, 'template'>> & { template?: Partial<TemplateDetail['template']> };

function detailOf({ template = {}, ...parts }: Parts = {}): TemplateDetail {
  const now = '2026-01-01T00:00:00.000Z';
  const row = { id: 't', name: 'n', engine: 'v8', is_active: true, exposed_modules: [], libraries: [], ...template };
  return {
    template: { ...row, created_at: now, updated_at: now },
    settings: { vm_id: 't', ...DEFAULT_SETTINGS },
    capabilities: [],
    startup_files: [],
    ...parts,
  };
}

function textOf(detail: TemplateDetail): string {
  return JSON.stringify(templateFileOf(detail));
}

function fileOf(fields: object): string {
  return JSON.stringify({ template_format: 1, name: 'n', ...fields });
}

function changesOf(present: TemplateDetail, fields: object): string[] {
  return templateChanges(present, readTemplateFile(fileOf(fields))).flatMap(({ lines }) => lines);
}

const full = detailOf({
  template: { exposed_modules: ['fs', 'database'], libraries: ['lodash@4.17.21', 'dayjs@1.11.10'] },
  settings: { vm_id: 't', ...DEFAULT_SETTINGS, limits: { ...DEFAULT_SETTINGS.limits, mem_mb: 256 } },
  capabilities: [
    { id: 'c2', vm_id: 't', kind: 'net', name: 'api', enabled: false, config: { ports: [443], hosts: ['a.example'] } },
    { id: 'c1', vm_id: 't', kind: 'env', name: 'names', enabled: true, config: {} },
  ],
  startup_files: [
    { id: 's1', vm_id: 't', path: 'first.js', order_index: 0, mode: 'eval' },
    { id: 's2', vm_id: 't', path: 'second.js', order_index: 0, mode: 'eval' },
    { id: 's3', vm_id: 't', path: 'late.js', order_index: 10, mode: 'eval' },
  ],
});

describe('a template file', () => {
  it('holds all of a template and nothing that is not its own', () => {
    const file = templateFileOf(full);
    assert.deepEqual(Object.keys(file), [
      ...['template_format', 'name', 'engine', 'is_active', 'settings', 'modules', 'libraries', 'capabilities'],
      'startup_files',
    ]);
    assert.deepEqual(file.capabilities, [
      { kind: 'env', name: 'names', enabled: true, config: {} },
      { kind: 'net', name: 'api', enabled: false, config: { hosts: ['a.example'], ports: [443] } },
    ]);
    assert.doesNotMatch(textOf(full), /"(id|vm_id|created_at|updated_at)"/);
  });

  it('is the same text however the template came about', () => {
    const { limits, resolver, runtime, retention } = full.settings;
    const reversed = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).reverse()) as T;
    const other = detailOf({
      ...full,
      template: { exposed_modules: ['database', 'fs'], libraries: ['dayjs@1.11.10', 'lodash@4.17.21'] },
      settings: {
        vm_id: 't',
        retention: reversed(retention),
        runtime: reversed(runtime),
        resolver: reversed(resolver),
        limits: reversed(limits),
      },
      capabilities: full.capabilities.map((each) => ({ ...each, config: reversed(each.config) })).reverse(),
    });
    assert.equal(textOf(other), textOf(full));
  });

  it('reads back as what it was written from', () => {
    assert.deepEqual(templateChanges(full, readTemplateFile(textOf(full))), []);
  });

  it('may leave out what has its default', () => {
    assert.deepEqual(changesOf(detailOf(), {}), []);
    assert.deepEqual(changesOf(detailOf(), { settings: { limits: { cpu_ms: 2000 } }, engine: 'v8' }), []);
    assert.deepEqual(changesOf(detailOf(), { settings: { runtime: { isolation: 'process' } } }), []);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['what is not JSON', '{', /it is not JSON/],
    ['no object', '[]', /the file must be object/],
    ['no format', '{"name":"n"}', /template_format/],
    ['a newer format', '{"template_format":2,"name":"n"}', /template_format is 2, and this program knows 1/],
    ['no name', '{"template_format":1}', /name/],
    ['an unknown field', fileOf({ idd: 1 }), /^idd is not known/],
    ['an unknown limit', fileOf({ settings: { limits: { cpu: 1 } } }), /^settings\.limits\.cpu is not known/],
    ['a limit out of range', fileOf({ settings: { limits: { mem_mb: 1 } } }), /^settings\.limits\.mem_mb must be >= 8/],
    ['a limit that is no number', fileOf({ settings: { limits: { cpu_ms: '1' } } }), /cpu_ms must be integer/],
    ['an unknown engine', fileOf({ engine: 'x' }), /^engine/],
    ['an unknown kind', fileOf({ capabilities: [{ kind: 'x', name: 'y' }] }), /^capabilities\.0\.kind/],
    ['an id', fileOf({ capabilities: [{ id: 'x', kind: 'env', name: 'y' }] }), /^capabilities\.0\.id is not known/],
    [
      'a capability twice',
      fileOf({
        capabilities: [
          { kind: 'env', name: 'y' },
          { kind: 'env', name: 'y' },
        ],
      }),
      /env:y/,
    ],
    ['a startup file without a path', fileOf({ startup_files: [{ order_index: 1 }] }), /^startup_files\.0/],
    ['a module twice', fileOf({ modules: ['fs', 'fs'] }), /^modules/],
    ['a range of versions', fileOf({ libraries: ['lodash@^4'] }), /"lodash@\^4" names no exact version/],
    ['any version of what has no default', fileOf({ libraries: ['date-fns'] }), /"date-fns" names no exact version/],
    ['a library twice', fileOf({ libraries: ['lodash@4.17.21', 'lodash-4.17.20'] }), /lodash/],
  ];
  for (const [what, text, message] of refused) {
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => readTemplateFile(text),
        (error: Error) => {
          assert.ok(error instanceof TemplateFileError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

describe('the changes that make a template what its file says', () => {
  it('are none when it is so already', () => {
    assert.deepEqual(templateChanges(full, readTemplateFile(textOf(full))), []);
  });

  it('name every setting that differs, and ask once', () => {
    const wanted = { settings: { limits: { mem_mb: 64, cpu_ms: 1 }, runtime: { isolation: 'shared' } } };
    const changes = templateChanges(detailOf(), readTemplateFile(fileOf(wanted)));
    assert.deepEqual(changes, [
      {
        lines: [
          '~ settings.limits.cpu_ms: 2000 → 1',
          '~ settings.limits.mem_mb: 128 → 64',
          '~ settings.runtime.isolation: "process" → "shared"',
        ],
        method: 'PATCH',
        path: '/settings',
        body: wanted.settings,
      },
    ]);
  });

  it('put back what the file leaves out', () => {
    assert.deepEqual(changesOf(full, {}), [
      '~ settings.limits.mem_mb: 256 → 128',
      ...['first.js', 'second.js'].map((path) => `- startup file 0 ${path} (eval)`),
      '- startup file 10 late.js (eval)',
      ...['- capability net:api', '- capability env:names'],
      ...['- module database', '- module fs', '- library dayjs', '- library lodash'],
    ]);
  });

  it('replace a library by its other version', () => {
    const changes = templateChanges(
      detailOf({ template: { libraries: ['lodash@4.17.20'] } }),
      readTemplateFile(fileOf({ libraries: ['lodash'] })),
    );
    assert.deepEqual(changes, [
      {
        lines: ['~ library lodash: 4.17.20 → 4.17.21'],
        method: 'POST',
        path: '/libraries',
        body: { name: 'lodash@4.17.21' },
      },
    ]);
  });

  it('see a capability that is configured otherwise, and not one whose keys are in another order', () => {
    const [net] = full.capabilities;
    const capability = { kind: 'net', name: 'api', enabled: false };
    const present = detailOf({ capabilities: [net!] });
    const same = { ...capability, config: { hosts: ['a.example'], ports: [443] } };
    assert.deepEqual(changesOf(present, { capabilities: [same] }), []);
    assert.deepEqual(changesOf(present, { capabilities: [{ ...same, enabled: true }] }), [
      '~ capability net:api: disabled {"hosts":["a.example"],"ports":[443]} → enabled {"hosts":["a.example"],"ports":[443]}',
    ]);
  });

  it('keep the order of startup files that have one number, and leave other numbers alone', () => {
    const swapped = {
      startup_files: [{ path: 'second.js' }, { path: 'first.js' }, { path: 'late.js', order_index: 10 }],
    };
    const present = detailOf({ startup_files: full.startup_files });
    assert.deepEqual(changesOf(present, swapped), [
      ...['- startup file 0 first.js (eval)', '- startup file 0 second.js (eval)'],
      ...['+ startup file 0 second.js (eval)', '+ startup file 0 first.js (eval)'],
    ]);
  });

  it('cannot make another engine of it', () => {
    assert.throws(() => changesOf(detailOf(), { engine: 'goja' }), /engine is v8 and cannot become goja/);
  });
});
