import { v7 as uuid } from 'uuid';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import type { RunOutcome } from '../runtime/runtime.ts';
import { timestamp } from './clock.ts';
import type { ExecutionRecorder } from './execution-recorder.ts';

type Finished = { execution: Execution; events: ExecutionEvent[] };
type Background = { execution: Execution; finished: Promise<Finished>; end: (outcome: RunOutcome) => void };

/**
 * Executions of kind `system`: what timers and the like do in a session between the executions that were asked for. They
 * begin with their first event, and keep nobody from running something else.
 */
export class BackgroundExecutions {
  readonly #recorder: ExecutionRecorder;
  readonly #running = new Map<string, Background>();

  constructor(recorder: ExecutionRecorder) {
    this.#recorder = recorder;
  }

  /** @returns the id of the new execution */
  begin(session_id: string): string {
    const execution: Execution = {
      id: uuid(),
      session_id,
      kind: 'system',
      args: [],
      env: {},
      status: 'running',
      started_at: timestamp(),
      metrics: {},
    };
    const ending = Promise.withResolvers<RunOutcome>();
    this.#recorder.begin(execution);
    this.#recorder.announce(execution);
    const finished = this.#finish(execution, ending.promise);
    finished.catch(() => undefined);
    this.#running.set(execution.id, { execution, finished, end: ending.resolve });
    return execution.id;
  }

  end(executionId: string, outcome: RunOutcome): void {
    this.#running.get(executionId)?.end(outcome);
  }

  get(executionId: string): Background | undefined {
    return this.#running.get(executionId);
  }

  /** What goes on in that session now. */
  inSession(sessionId: string): Background | undefined {
    return this.all().find(({ execution }) => execution.session_id === sessionId);
  }

  all(): Background[] {
    return [...this.#running.values()];
  }

  async #finish(execution: Execution, ending: Promise<RunOutcome>): Promise<Finished> {
    try {
      return await this.#recorder.end(execution, await ending);
    } finally {
      this.#running.delete(execution.id);
    }
  }
}
