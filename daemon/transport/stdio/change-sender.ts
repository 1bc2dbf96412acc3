import type { NotificationMethod, NotificationParams } from '../../../shared/protocol/methods.ts';
import type { Change } from '../../services/change-feed.ts';

/** Changes are collected for this long: an execution that starts and ends within it is told once, as ended. */
const COLLECT_MS = 10;

/** What may wait for a client that does not read. Beyond it the client lists anew when it reads again. */
const MAX_WAITING = 1_000;
const MAX_WAITING_CHARS = 4 * 1024 * 1024;

/** Sends a notification; resolves when the client's side has taken it. */
export type Notify = <M extends NotificationMethod>(method: M, params: NotificationParams<M>) => Promise<void>;

/** Tells one client what changed: the latest state of each thing, at the client's own pace. */
export class ChangeSender {
  readonly #notify: Notify;
  readonly #tellBehind: () => Promise<void>;
  readonly #waiting = new Map<string, Change>();
  #chars = 0;
  #isBehind = false;
  #isSending = false;
  #isClosed = false;

  constructor(notify: Notify, tellBehind: () => Promise<void>) {
    this.#notify = notify;
    this.#tellBehind = tellBehind;
  }

  add(change: Change): void {
    if (this.#isClosed) return;
    const key = keyOf(change);
    this.#chars += charsOf(change) - charsOf(this.#waiting.get(key));
    this.#waiting.set(key, change);
    if (this.#waiting.size > MAX_WAITING || this.#chars > MAX_WAITING_CHARS) this.#dropAll();
    if (this.#isSending) return;
    this.#isSending = true;
    setTimeout(() => void this.#send(), COLLECT_MS);
  }

  dispose(): void {
    this.#isClosed = true;
    this.#waiting.clear();
  }

  #dropAll(): void {
    this.#waiting.clear();
    this.#chars = 0;
    this.#isBehind = true;
  }

  async #send(): Promise<void> {
    for (;;) {
      // A round takes what is there now: changes that come meanwhile are collected for the next.
      const changes = [...this.#waiting.values()];
      const wasBehind = this.#isBehind;
      this.#waiting.clear();
      this.#chars = 0;
      this.#isBehind = false;
      if (changes.length === 0 && !wasBehind) break;
      if (wasBehind) await this.#tellBehind();
      await Promise.all(changes.map((change) => this.#tell(change)));
    }
    this.#isSending = false;
  }

  #tell(change: Change): Promise<void> {
    switch (change.kind) {
      case 'session':
        return this.#notify('vm/session/changed', { session: change.session });
      case 'execution':
        return this.#notify('vm/execution/changed', { execution: change.execution });
      case 'template': {
        const { template_id, deleted } = change;
        return this.#notify('vm/template/changed', { template_id, deleted });
      }
    }
  }
}

function keyOf(change: Change): string {
  switch (change.kind) {
    case 'session':
      return `session ${change.session.id}`;
    case 'execution':
      return `execution ${change.execution.id}`;
    case 'template':
      return `template ${change.template_id}`;
  }
}

/** Only an execution can be large: by its input. Results are bounded, and a running one has none. */
function charsOf(change: Change | undefined): number {
  return change?.kind === 'execution' ? (change.execution.input?.length ?? 0) : 0;
}
