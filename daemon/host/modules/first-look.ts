import type { LoadReply, LoadRequest, ModuleWish } from '../../../shared/ipc/module-messages.ts';
import type { ModuleTable } from './module-table.ts';

/** Who asks later than so long after the start may mean files that were changed meanwhile. */
const FORESIGHT_MS = 500;

type Load = (
  request: Pick<LoadRequest, 'wishes' | 'again' | 'fresh'>,
  onChanged: (changed: string[]) => void,
) => Promise<LoadReply>;

/**
 * What an execution does once, with its first import: looks at all files that were handed out, and forgets those that
 * changed. May be begun before the guest asks, while it gets ready.
 */
export class FirstLook {
  readonly #table: ModuleTable;
  readonly #load: Load;
  /** The file of the present execution: it runs anew even when nothing changed. */
  #entry = '';
  /** URLs of modules that the present execution was told to forget, or will be with its first answer. */
  #dropped: string[] = [];
  #areTold = true;
  #untold: string[] = [];
  #foreseen: { at: number; done: Promise<void> } | undefined;
  /** What an earlier execution has foreseen and may not have needed. */
  #earlier: Promise<void> | undefined;

  constructor(table: ModuleTable, load: Load) {
    this.#table = table;
    this.#load = load;
  }

  /** An execution begins. */
  begin(): void {
    if (this.#foreseen !== undefined) this.#earlier = this.#foreseen.done;
    this.#foreseen = undefined;
  }

  /** The execution runs this file as a module. */
  renew(url: string): void {
    this.#entry = url;
  }

  /** Looks now, and loads what the execution will surely ask for. */
  foresee(wishes: ModuleWish[]): void {
    const done = this.#look(wishes);
    // Who waits for it hears of it.
    done.catch(() => undefined);
    this.#foreseen = { at: performance.now(), done };
  }

  /** The guest has asked for the first time. Returns what it has to forget. */
  async take(wishes: ModuleWish[]): Promise<string[]> {
    const isFresh = this.#foreseen !== undefined && performance.now() - this.#foreseen.at < FORESIGHT_MS;
    // Not both at once: what one finds changed the other does not.
    await this.#foreseen?.done;
    if (!isFresh) await this.#look(wishes);
    this.#areTold = true;
    return this.#dropped;
  }

  /** The execution was stopped: its answers may have come to the guest, or not. */
  tellAgain(): void {
    this.#untold = [...new Set([...this.#untold, ...this.#dropped])];
    this.#table.takeBack(this.#untold);
  }

  async #look(wishes: ModuleWish[]): Promise<void> {
    await this.#earlier?.catch(() => undefined);
    const reply = await this.#load({ wishes, again: [], fresh: true }, (changed) => {
      const dropped = this.#table.invalidate(changed, this.#entry === '' ? [] : [this.#entry]);
      this.#dropped = [...(this.#areTold ? [] : this.#dropped), ...this.#untold, ...dropped];
      this.#areTold = false;
      this.#untold = [];
      this.#entry = '';
    });
    for (const [index, { kind, referrer, specifier }] of wishes.entries()) {
      const target = reply.targets[index];
      if (target !== undefined && 'url' in target) this.#table.link(referrer, kind, specifier, target.url);
    }
  }
}
