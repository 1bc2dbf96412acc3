import type { Runtime } from '../runtime/runtime.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { Ended, MetricFigures } from './metric-figures.ts';

/** Executions are counted so many at once: one by one, each would wait for code that the processor has forgotten. */
const COUNTED_AT_ONCE = 256;

/**
 * Counts what happens by listening; nothing on the way of a request waits for it. The library for the figures is loaded
 * when there is much to count, or somebody asks: no session should have to wait for it.
 */
export class Metrics {
  readonly #load: () => Promise<MetricFigures>;
  #loading: Promise<MetricFigures> | undefined;
  /** What is not counted yet: an answer may wait for whoever tells us of these. */
  #ended: Ended[] = [];
  #committed = 0;
  #lost = 0;

  constructor(store: Store, runtime: Pick<Runtime, 'activeSessionIds'>, changes: ChangeFeed) {
    this.#load = async () => {
      const { MetricFigures } = await import('./metric-figures.ts');
      return new MetricFigures(store, runtime);
    };
    store.journal.onCommitted((committed) => {
      this.#committed += committed.length;
    });
    changes.subscribe((change) => {
      if (change.kind !== 'execution' || change.execution.status === 'running') return;
      const { kind, status, error, metrics } = change.execution;
      this.#ended.push({ kind, status, metrics, code: error?.code ?? '' });
      if (this.#ended.length === COUNTED_AT_ONCE) setImmediate(() => void this.#countInTime());
    });
  }

  sessionLost(): void {
    this.#lost += 1;
  }

  /** All figures in the text format of Prometheus, and its content type. */
  async render(): Promise<{ text: string; contentType: string }> {
    const figures = await this.#count();
    return figures.render();
  }

  /** In an installation that is damaged there are no figures; whoever asks for them is told. */
  async #countInTime(): Promise<void> {
    await this.#count().catch(() => (this.#ended = []));
  }

  async #count(): Promise<MetricFigures> {
    const figures = await (this.#loading ??= this.#load());
    figures.count({ ended: this.#ended, events: this.#committed, lost: this.#lost });
    this.#ended = [];
    this.#committed = 0;
    this.#lost = 0;
    return figures;
  }
}
