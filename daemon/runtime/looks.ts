import type { LookedMessage, LookMessage, ToHost } from '../../shared/ipc/host-messages.ts';
import type { CompleteRequest, Completion, GlobalVariable, Member, ValueLook } from '../../shared/model/inspection.ts';

/** The host gives up on a session that does not answer after 50 ms; a host that does not answer itself gets a bit more. */
const LOOK_MS = 150;

type Question =
  | { at: 'globals' }
  | { at: 'completion'; request: CompleteRequest }
  | { at: 'value' | 'members'; path: readonly string[] };

/** Questions about sessions at rest that are on their way. An answer that comes too late, or not at all, is undefined. */
export class Looks {
  readonly #send: (message: ToHost) => void;
  readonly #waiting = new Map<number, (answer: LookedMessage | undefined) => void>();
  #lastId = 0;

  constructor(send: (message: ToHost) => void) {
    this.#send = send;
  }

  async globals(session_id: string): Promise<GlobalVariable[] | undefined> {
    return (await this.#ask(session_id, { at: 'globals' }))?.globals;
  }

  async complete(session_id: string, request: CompleteRequest): Promise<Completion | undefined> {
    return (await this.#ask(session_id, { at: 'completion', request }))?.completion;
  }

  async value(session_id: string, path: readonly string[]): Promise<ValueLook | undefined> {
    return (await this.#ask(session_id, { at: 'value', path }))?.value;
  }

  async members(session_id: string, path: readonly string[]): Promise<Member[] | undefined> {
    return (await this.#ask(session_id, { at: 'members', path }))?.members;
  }

  answered(answer: LookedMessage): void {
    this.#waiting.get(answer.look_id)?.(answer);
  }

  #ask(session_id: string, question: Question): Promise<LookedMessage | undefined> {
    const look_id = ++this.#lastId;
    return new Promise((resolve) => {
      const settle = (answer: LookedMessage | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(look_id);
        resolve(answer);
      };
      const timer = setTimeout(settle, LOOK_MS, undefined);
      this.#waiting.set(look_id, settle);
      this.#send({ t: 'look', session_id, look_id, ...question } satisfies LookMessage);
    });
  }
}
