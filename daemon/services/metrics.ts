import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SESSION_STATUSES } from '../../shared/model/session.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';

/** Upper bounds in seconds, from a REPL line (under a millisecond) to the longest runs. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/** An execution that has ended, as far as it is counted. Its result may be large, and is not kept. */
type Ended = Pick<Execution, 'kind' | 'status' | 'metrics'> & { code: string };

/** Executions are counted so many at once: one by one, each would wait for code that the processor has forgotten. */
const COUNTED_AT_ONCE = 256;

/** Counts what happens by listening; nothing on the way of a request waits for it. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #executions: Counter<'kind' | 'status' | 'code'>;
  readonly #wall: Histogram<'kind'>;
  readonly #cpu: Histogram<'kind'>;
  readonly #lost: Counter;
  readonly #events: Counter;
  /** What is not counted yet: an answer may wait for whoever tells us of these. */
  #ended: Ended[] = [];
  #committed = 0;

  constructor(store: Store, runtime: Pick<Runtime, 'activeSessionIds'>, changes: ChangeFeed) {
    const registers = [this.#registry];
    this.#executions = new Counter({
      name: 'vm_executions_total',
      help: 'Executions that ended, by kind, status and error code',
      labelNames: ['kind', 'status', 'code'],
      registers,
    });
    const histogram = (name: string, help: string): Histogram<'kind'> =>
      new Histogram({ name, help, labelNames: ['kind'], buckets: DURATION_BUCKETS, registers });
    this.#wall = histogram('vm_execution_wall_seconds', 'Elapsed time of executions');
    this.#cpu = histogram('vm_execution_cpu_seconds', 'CPU time of executions');
    this.#lost = new Counter({ name: 'vm_sessions_lost_total', help: 'Sessions that died by themselves', registers });
    this.#addGauges(store, runtime);
    this.#events = new Counter({ name: 'vm_events_total', help: 'Events committed to the log', registers });
    store.journal.onCommitted((committed) => {
      this.#committed += committed.length;
    });
    changes.subscribe((change) => {
      if (change.kind !== 'execution' || change.execution.status === 'running') return;
      const { kind, status, error, metrics } = change.execution;
      this.#ended.push({ kind, status, metrics, code: error?.code ?? '' });
      if (this.#ended.length === COUNTED_AT_ONCE) setImmediate(() => { this.#count(); }); // prettier-ignore
    });
  }

  sessionLost(): void {
    this.#lost.inc();
  }

  /** All figures in the text format of Prometheus, and its content type. */
  async render(): Promise<{ text: string; contentType: string }> {
    this.#count();
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  #count(): void {
    this.#events.inc(this.#committed);
    this.#committed = 0;
    for (const execution of this.#ended) this.#observe(execution);
    this.#ended = [];
  }

  #observe({ kind, status, code, metrics }: Ended): void {
    this.#executions.inc({ kind, status, code });
    if (metrics.wall_ms !== undefined) this.#wall.observe({ kind }, metrics.wall_ms / 1000);
    if (metrics.cpu_ms !== undefined) this.#cpu.observe({ kind }, metrics.cpu_ms / 1000);
  }

  #addGauges(store: Store, runtime: Pick<Runtime, 'activeSessionIds'>): void {
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(read());
        },
      });
    };
    gauge('vm_runtime_sessions', 'Sessions alive in memory', () => runtime.activeSessionIds().length);
    gauge('vm_journal_queue_depth', 'Writes that wait for a commit', () => store.describe().queue_depth);
    gauge('vm_database_bytes', 'Size of the database', () => store.describe().size_bytes);
    gauge('process_resident_memory_bytes', 'Resident memory of the daemon', () => process.memoryUsage.rss());
    new Gauge({
      name: 'vm_sessions',
      help: 'Session rows by status',
      labelNames: ['status'],
      registers: [this.#registry],
      collect() {
        for (const status of SESSION_STATUSES) this.set({ status }, store.sessions.count(status));
      },
    });
  }
}
