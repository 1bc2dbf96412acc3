import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { BenchDaemon } from './bench-daemon.ts';
import { importInNode } from './floor/import-in-node.ts';
import type { Row } from './report.ts';
import { timed } from './statistics.ts';

const FILES = 200;
const SAMPLES = 9;
/** Time in which a spare host is surely ready again, and with it the machine at rest. */
const REFILL_MS = 700;

type Kind = 'mjs' | 'cjs' | 'ts';

/** Loading a graph of files for the first time in a session, beside bare Node that is already running. */
export async function measureGraph(daemon: BenchDaemon): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [kind, what] of [
    ['mjs', 'ES modules'],
    ['cjs', 'CommonJS'],
    ['ts', 'TypeScript'],
  ] as const) {
    rows.push(...(await measureKind(daemon, kind, `${FILES} files of ${what}`)));
  }
  return rows;
}

async function measureKind(daemon: BenchDaemon, kind: Kind, what: string): Promise<Row[]> {
  const template = await daemon.template(`graph-${kind}`);
  const [first, again, bare]: [number[], number[], number[]] = [[], [], []];
  // The first sample of each warms the disk's cache and the code that loads, and is not counted.
  for (let sample = -1; sample < SAMPLES; sample++) {
    // New files each time: nobody may have them in a cache.
    const [ours, theirs] = [`ours-${kind}-${sample}`, `theirs-${kind}-${sample}`];
    await writeGraph(join(daemon.folder, ours), kind, sample);
    await writeGraph(join(daemon.folder, theirs), kind, sample);
    const expected = await importInNode(join(daemon.folder, theirs, `f0.${kind}`));
    const session = await daemon.session(template);
    await wait(REFILL_MS);
    const run = async (): Promise<void> => {
      const { result, error } = await daemon.runFile(session, `${ours}/f0.${kind}`);
      if (result?.preview !== String(expected.value)) throw new Error(`the graph gave ${result?.preview ?? error?.message}`); // prettier-ignore
    };
    const firstMs = await timed(run);
    const againMs = await timed(run);
    await daemon.client.post(`/api/v1/sessions/${session.id}/close`, {});
    if (sample < 0) continue;
    first.push(firstMs);
    again.push(againMs);
    bare.push(expected.ms);
  }
  // The best of each: a machine that is busy with other things only adds.
  const floor = Math.min(...bare);
  return [
    { what: `${what}, first run, best of ${SAMPLES}`, value: Math.min(...first), floor, unit: 'ms', target: '≤ 2 ×' },
    { what: `${what}, run again unchanged, best of ${SAMPLES}`, value: Math.min(...again), floor, unit: 'ms' },
  ];
}

/** Each file imports up to three others, so that the graph is a dozen deep and has many ways to the same file. */
async function writeGraph(folder: string, kind: Kind, salt: number): Promise<void> {
  await mkdir(folder);
  await Promise.all(
    Array.from({ length: FILES }, (_, i) => writeFile(join(folder, `f${i}.${kind}`), fileText(i, kind, salt))),
  );
}

function fileText(i: number, kind: Kind, salt: number): string {
  const targets = [...new Set([2 * i + 1, 2 * i + 2, i + 7])].filter((target) => target < FILES);
  const specifier = (target: number): string => `'./f${target}.${kind}'`;
  const imports = targets.map((target) =>
    kind === 'cjs'
      ? `const { value: v${target} } = require(${specifier(target)});`
      : `import { value as v${target} } from ${specifier(target)};`,
  );
  const type = kind === 'ts' ? ': number' : '';
  const body = Array.from({ length: 12 }, (_, k) => {
    const name = `step${k}`;
    return `/** Adds its share of ${i}, and says nothing about it. */\nfunction ${name}(a${type}, b${type})${type} {\n  const list = [a, b, ${k + salt}];\n  return list.reduce((sum, each) => sum + each, ${i});\n}`;
  });
  const sum = ['1', ...targets.map((target) => `v${target}`)].join(' + ');
  const value = `(step0(0, 0) > -1 ? ${sum} : 0) % 65521`;
  const exported =
    kind === 'cjs'
      ? `exports.value = ${value};\nmodule.exports.default = exports.value;${i === 0 ? '\nmodule.exports = exports.value;' : ''}`
      : `export const value${type} = ${value};\nexport default value;`;
  return [...imports, ...body, exported, ''].join('\n');
}
