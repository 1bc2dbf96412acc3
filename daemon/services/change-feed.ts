import type { Execution } from '../../shared/model/execution.ts';
import type { Session } from '../../shared/model/session.ts';

/** Something that clients show has changed. A template is named only: who needs it reads it. */
export type Change =
  | { kind: 'session'; session: Session }
  | { kind: 'execution'; execution: Execution }
  | { kind: 'template'; template_id: string; deleted: boolean };

/** Tells whoever listens what has changed, after it was stored. */
export class ChangeFeed {
  readonly #listeners = new Set<(change: Change) => void>();

  /** @returns how to stop listening */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
