import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RuntimeSettings } from '../../shared/model/settings.ts';
import { ModuleSession } from '../host/modules/module-session.ts';
import { RuntimeFixture } from '../runtime/runtime-fixture.ts';

const PROGRAMS = dirname(createRequire(import.meta.url).resolve('test262-parser-tests/package.json'));
/** Many of the programs are endless loops; that they run at all is what counts. */
const LIMITS = { cpu_ms: 20, wall_ms: 200 };
/** What is to be refused does not run: on a busy machine it must not look as if it did. */
const REFUSAL_LIMITS = { cpu_ms: 5_000, wall_ms: 10_000 };
const SESSIONS = 2;
/** What is young dies before it is counted: a session is made anew after so many programs, which leave names behind. */
const PROGRAMS_PER_SESSION = 500;

/**
 * Where V8 and the collection are of different opinions; docs/conformance.md says why. Each is accepted although the
 * collection wants it refused.
 */
const ACCEPTED_BY_V8 = [
  // \8 and \9 in strings, since ES2021 (Annex B).
  'fail/0d5e450f1da8a92a.js',
  'fail/748656edbfb2d0bb.js',
  'fail/79f882da06f88c9f.js',
  'fail/92b6af54adef3624.js',
  // Line separators in strings, since ES2019.
  'fail/647e21f8f157c338.js',
  'fail/8af69d8f15295ed2.js',
  // Class fields, since ES2022.
  'fail/98204d734f8c72b3.js',
  'fail/ef81b93cf9bdb4ec.js',
  // Assignment to a call throws when it runs, for the sake of old web pages.
  'fail/a8beb1480f385441.js',
  // `for (var x = 1 in …)` in sloppy code, since ES2017 (Annex B).
  'fail/e3fbcf63d7e43ead.js',
  // Functions declared twice in a block of sloppy code, since ES2017 (Annex B).
  'early/12a74c60f52a60de.js',
  'early/1aff49273f3e3a98.js',
  'early/be7329119eaa3d47.js',
  'early/ec31fa5e521c5df4.js',
  // `for (var a of …)` where a catch has bound `a`: V8 does not look.
  'early/0f5f47108da5c34e.js',
];

type Program = { name: string; source: string; isValid: boolean; isModule: boolean };
type Way = { kind: 'repl' } | { kind: 'run_file'; file: string };

describe('programs of the parser tests of test262', function () {
  this.timeout(60_000);
  const programs = ['pass', 'fail', 'early'].flatMap(load);
  const scripts = programs.filter(({ isModule }) => !isModule);
  const fixture = new RuntimeFixture();
  after(() => fixture.dispose());

  it('are accepted and refused by the REPL as they should', async () => {
    assert.ok(scripts.length > 3000);
    // Read as an expression, as everything that is put in braces, this one is valid: an assignment to a pattern.
    const asExpression = ['fail/ec226eb321cf8655.js'];
    // Input may import; a script may not.
    const importing = ['fail/0f8806b7b4358487.js', 'fail/80da22a7d2a15fc5.js'];
    const expected = [...ACCEPTED_BY_V8, ...asExpression, ...importing].sort();
    assert.deepEqual(await misjudged(fixture, { strict: false }, scripts, { kind: 'repl' }), expected);
  });

  it('are accepted and refused as script files as they should', async () => {
    const file = { kind: 'run_file', file: '/program.cjs' } as const;
    assert.deepEqual(await misjudged(fixture, { strict: false }, scripts, file), ACCEPTED_BY_V8.toSorted());
  });

  it('are accepted and refused as ES modules as they should', async () => {
    const modules = programs.filter(({ isModule }) => isModule);
    assert.ok(modules.length > 180);
    const tree = Object.fromEntries(modules.map(({ name, source }) => [fileOf(name), source]));
    const session = await ModuleSession.open(tree);
    const wrong: string[] = [];
    for (const { name, isValid } of modules) {
      const { error } = await session.file(fileOf(name), isValid ? LIMITS : REFUSAL_LIMITS);
      if ((error?.name !== 'SyntaxError') !== isValid) wrong.push(name);
    }
    await session.close();
    assert.deepEqual(wrong, []);
  });
});

function fileOf(program: string): string {
  return program.replace(/\.module\.js$/, '.mjs');
}

function load(folder: string): Program[] {
  return readdirSync(join(PROGRAMS, folder)).map((file) => ({
    name: `${folder}/${file}`,
    source: readFileSync(join(PROGRAMS, folder, file), 'utf8'),
    isValid: folder === 'pass',
    isModule: file.endsWith('.module.js'),
  }));
}

/** Names of the programs that were accepted or refused against what the collection says. */
async function misjudged(
  fixture: RuntimeFixture,
  settings: Partial<RuntimeSettings>,
  programs: Program[],
  way: Way,
): Promise<string[]> {
  const open = (): Promise<string> => fixture.open({ ...settings, isolation: 'shared' });
  const queue = programs.values();
  const work = async (): Promise<string[]> => {
    const wrong: string[] = [];
    let session = await open();
    let age = 0;
    for (const { name, source, isValid } of queue) {
      if (++age % PROGRAMS_PER_SESSION === 0) session = await open();
      const limits = isValid ? LIMITS : REFUSAL_LIMITS;
      let ended = await fixture.run(session, source, limits, way);
      // Names that an earlier program has left behind.
      if (ended.error?.message.includes('has already been declared') === true) {
        session = await open();
        ended = await fixture.run(session, source, limits, way);
      }
      assert.notEqual(ended.error?.code, 'HOST_DIED', name);
      if ((ended.error?.name !== 'SyntaxError') !== isValid) wrong.push(name);
    }
    return wrong;
  };
  const found = await Promise.all(Array.from({ length: SESSIONS }, work));
  return found.flat().sort();
}
