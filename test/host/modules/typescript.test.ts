import assert from 'node:assert/strict';
import { ModuleSession, valueOf } from './module-session.ts';

describe('TypeScript files', () => {
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({
      'script.ts': 'interface Point { x: number }\nconst point: Point = { x: 1 };\npoint.x as number;',
      'awaits.ts': 'const later: number = await Promise.resolve(2);\nlater',
      'module.ts': "import { twice, type Twice } from './twice.ts';\nimport g from './without-ending';\nimport type { Gone } from './gone.ts';\nconst f: Twice = twice;\nexport default [f<number>(2), g];",
      'twice.ts': 'export type Twice = typeof twice;\nexport function twice<X extends number>(x: X): number { return x * 2 }',
      'without-ending.ts': "export default 'g' as string",
      'javascript.js': "import { twice } from './twice.ts'; export default twice(3)",
      'compiled-name.ts': "import { twice } from './twice.js'; export default twice(4)",
      'common.cts': "const { v } = require('./required.cts') as { v: number };\nv satisfies number;", 'required.cts': 'exports.v = 7 as number;',
      'module.mts': "import data from './data.json' with { type: 'json' };\nexport default data as { k: number };", 'data.json': { k: 1 },
      'generic.ts': "const same = <T,>(x: T): T => x; same<string>('q')!",
      'classes.ts': 'abstract class A { private x: number = 1; declare y: string; get(): number { return this.x } }\nclass B extends A implements Object { override get() { return super.get() + 1 } }\nnew B().get()',
      'types.ts': 'type Only = 1',
      'throws.ts': "type X = {\n  a: 1;\n};\n\nfunction fail(x: X): never {\n  throw new Error('boom');\n}\nfail({ a: 1 });",
      'throws-module.ts': "import './twice.ts';\ntype X = {\n  a: 1;\n};\n\nfunction fail(x: X): never {\n  throw new Error('boom');\n}\n/* é */ fail({ a: 1 });",
      'throws-inside.ts': "import './throws-module.ts'",
      'syntax.ts': 'const a: number = 1;\nconst b = = 2;', 'enum.ts': 'enum E { A }\nE.A', 'uses-enum.ts': "import './enum.ts'",
      'broken-after.ts': 'export const a: number = 1;\nexport { nothing };',
    }); // prettier-ignore
  });
  after(() => session.close());

  it('run as scripts and as modules, and import each other', async () => {
    const cases = [
      ['script.ts', 1], ['awaits.ts', 2], ['module.ts', [4, 'g']], ['javascript.js', 6], ['compiled-name.ts', 8], ['common.cts', 7],
      ['module.mts', { k: 1 }], ['generic.ts', 'q'], ['classes.ts', 2], ['types.ts', 'undefined'],
    ] as const; // prettier-ignore
    for (const [file, expected] of cases) assert.deepEqual(valueOf(await session.file(file)), expected, file);
    assert.equal(valueOf(await session.repl("(await import('./twice.ts')).twice(1) + require('./twice').twice(2)")), 6);
    assert.equal(valueOf(await session.repl('point.x')), 1);
  });

  it('keep the lines and columns of what was written', async () => {
    const stackOf = async (file: string): Promise<string[]> => {
      const { error } = await session.file(file);
      return (error?.stack ?? '').split('\n').slice(1).map((line) => line.trim().replace(session.root, '')); // prettier-ignore
    };
    assert.deepEqual(await stackOf('throws.ts'), ['at fail (file:///throws.ts:6:9)', 'at file:///throws.ts:8:1']);
    const inModule = ['at fail (file:///throws-module.ts:7:9)', 'at file:///throws-module.ts:9:9'];
    assert.deepEqual(await stackOf('throws-module.ts'), inModule);
    assert.deepEqual(await stackOf('throws-inside.ts'), inModule);
  });

  it('that cannot be stripped name the place', async () => {
    const cases = [
      ['syntax.ts', /^\[IMPORT_FAILED\] SyntaxError: syntax\.ts:2:11: Expression expected/],
      ['enum.ts', /^\[IMPORT_FAILED\] SyntaxError: enum\.ts:1:1: TypeScript enum is not supported/],
      ['uses-enum.ts', /^\[IMPORT_FAILED\] SyntaxError: enum\.ts:1:1: TypeScript enum is not supported/],
      ['broken-after.ts', /^\[IMPORT_FAILED\] SyntaxError: .*'nothing'.* \(broken-after\.ts:2:10\)/],
    ] as const;
    for (const [file, expected] of cases) assert.match(String(valueOf(await session.file(file))), expected, file);
  });

  it('are stripped anew when they changed', async () => {
    await session.write({ 'twice.ts': 'export const twice = (x: number): number => x * 20' });
    assert.equal(valueOf(await session.file('javascript.js')), 60);
  });
});
