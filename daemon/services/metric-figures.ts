import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SESSION_STATUSES } from '../../shared/model/session.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';

/** Upper bounds in seconds, from a REPL line (under a millisecond) to the longest runs. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/** An execution that has ended, as far as it is counted. Its result may be large, and is not kept. */
export type Ended = Pick<Execution, 'kind' | 'status' | 'metrics'> & { code: string };

/** The figures in the form of Prometheus. */
export class MetricFigures {
  readonly #registry = new Registry();
  readonly #executions: Counter<'kind' | 'status' | 'code'>;
  readonly #wall: Histogram<'kind'>;
  readonly #cpu: Histogram<'kind'>;
  readonly #lost: Counter;
  readonly #events: Counter;

  constructor(store: Store, runtime: Pick<Runtime, 'activeSessionIds'>) {
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
  }

  count({ ended, events, lost }: { ended: readonly Ended[]; events: number; lost: number }): void {
    this.#events.inc(events);
    this.#lost.inc(lost);
    for (const execution of ended) this.#observe(execution);
  }

  /** All figures in the text format of Prometheus, and its content type. */
  async render(): Promise<{ text: string; contentType: string }> {
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
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
