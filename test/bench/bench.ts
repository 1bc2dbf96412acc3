import { join } from 'node:path';
import { BenchDaemon, peakRssMiB, pssMiB } from './bench-daemon.ts';
import { forkFloorServer } from './floor/floor-server.ts';
import { HttpClient } from './http-client.ts';
import { measureCpu } from './measure-cpu.ts';
import { measureEditor } from './measure-editor.ts';
import { measureFlood, measureLargeScript } from './measure-execution.ts';
import { measureCreation, measureIdleMemory, measureStart } from './measure-sessions.ts';
import { measureGraph } from './measure-graph.ts';
import { measureRate, measureRoundTrip } from './measure-repl.ts';
import { measureIdleClients, measureRpc } from './measure-rpc.ts';
import { report, type Row } from './report.ts';

/** `npm run bench`: what users wait for, each figure beside its floor measured in the same run. */
const daemon = await BenchDaemon.start();
const floor = await forkFloorServer(daemon.folder, 8);
const floorClient = new HttpClient(floor.url);
const rows: Row[] = [];
const add = (more: Row[]): void => {
  rows.push(...more);
  for (const row of more) console.error(`… ${row.what}`);
};

try {
  add(await measureRoundTrip(daemon, floorClient));
  add(await measureRate(daemon, floorClient));
  add(await measureRpc(daemon));
  add(await measureIdleClients(daemon));
  add(await measureCreation(daemon));
  add(await measureFlood(daemon));
  add(await measureLargeScript(daemon));
  add(await measureGraph(daemon));
  add(await measureCpu(daemon));
  add([
    { what: 'daemon, memory (PSS)', value: pssMiB(daemon.pid), unit: 'MiB' },
    { what: 'daemon, largest resident size', value: peakRssMiB(daemon.pid), unit: 'MiB' },
  ]);
} finally {
  floorClient.close();
  await floor.close();
  await daemon.stop();
}
add(await measureIdleMemory());
add(await measureStart());
add(await measureEditor());
report(rows, join(import.meta.dirname, '..', '..', '.bench', 'bench.json'));
