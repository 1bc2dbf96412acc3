import assert from 'node:assert/strict';
import { installPackages } from './installed-packages.ts';
import { consoleOf, ModuleSession, valueOf } from './module-session.ts';

type Use = {
  /** What is taken from the package, as in `import { a, b } from`; `* as x` and a single name as they stand. */
  take: string;
  /** For what `require` has to do differently. */
  require?: string;
  /** An expression over that. */
  use: string;
  result: unknown;
};

const USES: Readonly<Record<string, Use>> = {
  lodash: {
    take: '_',
    use: "[_.chunk([1, 2, 3], 2), _.template('<%= a %>!')({ a: 'x' }), _.cloneDeep({ a: new Map([[1, 2]]) }).a.get(1), _.VERSION.split('.').length]",
    result: [[[1, 2], [3]], 'x!', 2, 3],
  },
  'lodash/fp.js': { take: 'fp', use: 'fp.flow(fp.map((x) => x + 1), fp.sum)([1, 2])', result: 5 },
  dayjs: {
    take: 'dayjs',
    use: "[dayjs('2024-02-29').add(1, 'year').format('YYYY-MM-DD'), dayjs('2024-01-01').diff('2023-12-25', 'day')]",
    result: ['2025-02-28', 7],
  },
  'dayjs/plugin/utc.js': { take: 'utc', use: 'typeof utc', result: 'function' },
  ramda: { take: '* as R', use: 'R.pipe(R.map(R.multiply(2)), R.filter(R.gt(R.__, 2)))([1, 2, 3])', result: [4, 6] },
  zod: {
    take: '{ z }',
    use: "[z.object({ a: z.string().min(2), b: z.number().optional() }).parse({ a: 'xy' }), z.string().email().safeParse('no').success, z.coerce.number().parse('5')]",
    result: [{ a: 'xy' }, false, 5],
  },
  immer: {
    take: '{ produce, enableMapSet }',
    use: '(() => { enableMapSet(); const a = { list: [1], map: new Map() }; const b = produce(a, (d) => { d.list.push(2); d.map.set(1, 2) }); return [a.list, b.list, b.map.get(1), Object.isFrozen(b), a.map.size] })()',
    result: [[1], [1, 2], 2, true, 0],
  },
  acorn: {
    take: '* as acorn',
    use: "acorn.parse('let x = 1 ?? 2', { ecmaVersion: 'latest' }).body[0].declarations[0].init.operator",
    result: '??',
  },
  marked: { take: '{ marked }', use: "marked.parse('# a *b*')", result: '<h1>a <em>b</em></h1>\n' },
  mathjs: {
    take: '{ evaluate, derivative, matrix, det, fraction, add }',
    use: "[evaluate('sqrt(3^2 + 4^2)'), derivative('x^2', 'x').toString(), det(matrix([[1, 2], [3, 4]])), add(fraction(1, 3), fraction(1, 6)).toFraction()]",
    result: [5, '2 * x', -2, '1/2'],
  },
  'd3-array': {
    take: '{ extent, bin, group, ascending }',
    use: "[extent([3, 1, 2]), bin()([1, 2, 2, 9]).length > 1, [...group(['a', 'bb', 'c'], (d) => d.length).get(1)], [2, 1].sort(ascending)]",
    result: [[1, 3], true, ['a', 'c'], [1, 2]],
  },
  rxjs: {
    take: '{ of, interval, firstValueFrom, lastValueFrom, map, take, toArray, delay }',
    use: '[await lastValueFrom(of(1, 2, 3).pipe(map((x) => x * 2), toArray())), await firstValueFrom(interval(1).pipe(take(3), toArray())), await firstValueFrom(of("late").pipe(delay(2)))]',
    result: [[2, 4, 6], [0, 1, 2], 'late'],
  },
  'rxjs/operators': { take: '{ scan }', use: 'typeof scan', result: 'function' },
  uuid: {
    take: '{ v4, v7, v5, validate, version }',
    use: "[validate(v4()), version(v7()), v4() !== v4(), v5('hello', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')]",
    result: [true, 7, true, '9342d47a-1bab-5709-9869-c840b2eac501'],
  },
  nanoid: {
    take: '{ nanoid, customAlphabet }',
    use: "[nanoid().length, nanoid() !== nanoid(), /^[ab]{5}$/.test(customAlphabet('ab', 5)())]",
    result: [21, true, true],
  },
  'nanoid/non-secure': { take: '{ nanoid }', use: 'nanoid(5).length', result: 5 },
};

describe('packages from npm, installed in a worktree', function () {
  // Three copies of a thousand files, on a machine that is busy with other tests.
  this.timeout(60_000);
  let session: ModuleSession;
  before(async () => {
    session = await ModuleSession.open({});
    await installPackages(session.root, [...new Set(Object.keys(USES).map((name) => /^[^/]+/.exec(name)?.[0] ?? ''))]);
  });
  after(() => session.close());

  for (const [name, { take, require = take.replace('* as ', ''), use, result }] of Object.entries(USES)) {
    const file = name.replaceAll('/', '-');
    it(`${name}: imported, required, in TypeScript and in the REPL`, async () => {
      await session.write({
        [`${file}.mjs`]: `import ${take} from '${name}';\nexport default ${use};`,
        [`${file}.ts`]: `import ${take} from '${name}';\nconst answer: unknown = ${use};\nexport default answer as object;`,
        [`${file}.cjs`]: `(async () => {\nconst ${require} = require('${name}');\nreturn ${use};\n})()`,
      });
      for (const extension of ['.mjs', '.cjs', '.ts']) {
        const ran = await session.file(file + extension);
        assert.deepEqual(valueOf(ran), result, extension);
        assert.deepEqual(consoleOf(ran), []);
      }
      const whole = await session.repl(`Object.keys(await import('${name}')).length > 0`);
      assert.equal(valueOf(whole), true);
    });
  }
});
