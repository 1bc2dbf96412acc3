import { setTimeout as delay } from 'node:timers/promises';
import { VmError } from '../../shared/errors/vm-error.ts';

/** Editors get an answer within 50 ms or none: so much is for us, the rest for the way to them. */
const ANSWER_MS = 40;

/** When an answer to what has just been asked would be late. */
export function deadline(): number {
  return performance.now() + ANSWER_MS;
}

/**
 * Looks into sessions, in time or not at all. A session is asked one thing at a time, so that somebody who types fast
 * does not make a queue in its host, where a run would have to wait for it.
 */
export class PromptLooks {
  readonly #underWay = new Map<string, Promise<void>>();

  /**
   * @param until see `deadline`
   * @returns undefined when the answer would be late, or the session is busy or gone; then it may never have been asked
   */
  async ask<T>(session_id: string, until: number, question: () => Promise<T>): Promise<T | undefined> {
    const waiting = new AbortController();
    const late = delay(Math.max(0, until - performance.now()), undefined, { signal: waiting.signal });
    // It is stopped when nobody waits any more.
    const timeout = late.catch(() => undefined);
    try {
      for (;;) {
        const before = this.#underWay.get(session_id);
        if (before === undefined) return await Promise.race([this.#start(session_id, question), timeout]);
        await Promise.race([before, timeout]);
        if (performance.now() >= until) return undefined;
      }
    } finally {
      waiting.abort();
    }
  }

  #start<T>(session_id: string, question: () => Promise<T>): Promise<T | undefined> {
    const answer = orNothing(question);
    const end = (): void => {
      this.#underWay.delete(session_id);
    };
    this.#underWay.set(session_id, answer.then(end, end));
    return answer;
  }
}

/** A session that is busy, starts, or is gone has nothing to show: no error for somebody who types. */
async function orNothing<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof VmError && error.code !== 'INTERNAL') return undefined;
    throw error;
  }
}
