import type { RetentionSettings } from '../../shared/model/settings.ts';
import type { Maintenance, PruneOptions, TemplateStore } from '../store/store.ts';

const DAY_MS = 86_400_000;

/** Ages are in days, so that nobody sees the difference; and what is looked for is found by an index. */
export const RETENTION_EVERY_MS = 3_600_000;

export type RetentionParts = {
  readonly templates: TemplateStore;
  readonly maintenance: Maintenance;
  /** Told what was deleted, and what went wrong. */
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
  /** How often it is enforced, beside once at the start. */
  readonly everyMs?: number;
};

/** Deletes what templates do not want to be kept, by what they say at that time. */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** From now on, until `stop`. */
  start(): void {
    const run = (): void => {
      if (!this.#isRunning) this.#running = this.#enforce();
    };
    this.#timer = setInterval(run, this.#parts.everyMs ?? RETENTION_EVERY_MS).unref();
    // Not before whoever started the daemon has been answered.
    setImmediate(run);
  }

  /** Resolves when nothing is deleted any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#running;
  }

  async #enforce(): Promise<void> {
    const { templates, log } = this.#parts;
    this.#isRunning = true;
    try {
      for (const { id } of templates.list()) {
        if (this.#stopping.signal.aborted) return;
        await this.#enforceOne(id);
      }
    } catch (error) {
      log.warn({ err: error }, 'retention could not be enforced; it is tried again later');
    } finally {
      this.#isRunning = false;
    }
  }

  async #enforceOne(template_id: string): Promise<void> {
    const { templates, maintenance, log } = this.#parts;
    const retention = templates.settings(template_id)?.retention;
    const old = retention && whatIsOld(retention, Date.now());
    if (old === undefined) return;
    const pruned = await maintenance.prune({ template_id, ...old, signal: this.#stopping.signal });
    if (pruned.executions + pruned.sessions > 0) log.info({ template_id, ...pruned }, 'retention enforced');
  }
}

/** Undefined when everything is to be kept. */
function whatIsOld({ max_age_days, max_executions }: RetentionSettings, now: number): PruneOptions | undefined {
  if (max_age_days === null && max_executions === null) return undefined;
  return {
    ...(max_age_days === null ? {} : { ended_before_ms: now - max_age_days * DAY_MS }),
    ...(max_executions === null ? {} : { keep_newest: max_executions }),
  };
}
