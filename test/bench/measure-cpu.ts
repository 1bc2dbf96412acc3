import { join } from 'node:path';
import type { BenchDaemon } from './bench-daemon.ts';
import { CPU_WORK } from './cpu-work.ts';
import { importInNode } from './floor/import-in-node.ts';
import type { Row } from './report.ts';

const SAMPLES = 7;

/** A program that only computes, in a session and in bare Node. The best of each counts: a busy machine only adds. */
export async function measureCpu(daemon: BenchDaemon): Promise<Row[]> {
  const limits = { cpu_ms: 120_000, wall_ms: 120_000, mem_mb: 512 };
  const template = await daemon.template('cpu', { limits });
  await daemon.write('cpu.mjs', CPU_WORK);
  let [ours, bare] = [Infinity, Infinity];
  for (let i = 0; i < SAMPLES; i++) {
    // A new session each time, as the floor is a new process: code that is hot already would be another measure.
    const session = await daemon.session(template);
    const { result, error } = await daemon.runFile(session, 'cpu.mjs');
    if (result === undefined) throw new Error(`the work ended with ${error?.message ?? 'nothing'}`);
    ours = Math.min(ours, Number(result.preview));
    await daemon.client.post(`/api/v1/sessions/${session.id}/close`, {});
    bare = Math.min(bare, Number((await importInNode(join(daemon.folder, 'cpu.mjs'))).value));
  }
  return [
    {
      what: `computing, best of ${SAMPLES}`,
      value: ours,
      floor: bare,
      unit: 'ms',
      target: '≤ 1.11 × (≥ 90 % of Node)',
    },
  ];
}
