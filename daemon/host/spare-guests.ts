import { DEFAULT_MEM_MB, type SessionKind } from '../../shared/ipc/host-messages.ts';
import { endProcess } from './daemon-channel.ts';
import { GuestIsolate } from './guest-isolate.ts';
import type { GuestSnapshot } from './guest-snapshot.ts';

/** An isolate with what to do when V8 gives up on it, which depends on whose it has become. */
export class PreparedGuest {
  readonly guest: GuestIsolate;
  /** Until it is a session's, there is nobody to tell, and the host is of no use any more. */
  onCatastrophe: () => void = endProcess;

  private constructor(guest: GuestIsolate) {
    this.guest = guest;
  }

  static async create(memMb: number, snapshot: GuestSnapshot): Promise<PreparedGuest> {
    const onCatastrophe = (): void => {
      prepared.onCatastrophe();
    };
    const guest = await GuestIsolate.create({ memMb, snapshot, onCatastrophe });
    const prepared = new PreparedGuest(guest);
    return prepared;
  }

  /** Gives the guest what its kind of session has, beyond what all have. Throws LibraryFailure. */
  async furnish({ denied_globals, libraries }: SessionKind, strict: boolean): Promise<void> {
    if (denied_globals.length > 0) await this.guest.removeGlobals(denied_globals);
    if (libraries.length > 0) await this.guest.loadLibraries(libraries, strict);
  }
}

/**
 * The isolates that wait in this process for a session: a blank one and, once the daemon has asked for it, one for the
 * kind of session that was made last, with the libraries of that in it.
 */
export class SpareGuests {
  readonly #snapshot: GuestSnapshot;
  #blank: Promise<PreparedGuest> | undefined;
  #primed: Promise<PreparedGuest> | undefined;

  constructor(snapshot: GuestSnapshot) {
    this.#snapshot = snapshot;
  }

  /** Makes the first blank one. */
  async start(): Promise<void> {
    this.#blank = PreparedGuest.create(DEFAULT_MEM_MB, this.#snapshot);
    await this.#blank;
  }

  /** Prepares for a kind of session; one for another kind is dropped. */
  prime(kind: SessionKind): void {
    void dispose(this.#primed);
    this.#primed = PreparedGuest.create(kind.mem_mb, this.#snapshot).then(async (prepared) => {
      await prepared.furnish(kind, false);
      return prepared;
    });
    // Whoever takes it hears of it.
    this.#primed.catch(() => undefined);
  }

  /** The one that was primed. Throws LibraryFailure. */
  async takePrimed(): Promise<PreparedGuest> {
    const primed = this.#primed;
    this.#primed = undefined;
    if (primed === undefined) throw new Error('no isolate was primed');
    return primed;
  }

  async take(memMb: number): Promise<PreparedGuest> {
    // Taken at once: of two sessions that open at the same time only one may have it.
    const taken = this.#blank;
    this.#blank = undefined;
    const blank = await taken;
    if (blank?.guest.memMb === memMb) return blank;
    // Each isolate reserves 512 MiB of address space for code; under the fence there is no room for many.
    void dispose(this.#primed);
    this.#primed = undefined;
    await blank?.guest.dispose();
    return PreparedGuest.create(memMb, this.#snapshot);
  }

  /** Gives back what is left when the process has got its session. */
  async dispose(): Promise<void> {
    const left = [this.#blank, this.#primed];
    this.#blank = this.#primed = undefined;
    await Promise.all(left.map(dispose));
  }
}

async function dispose(making: Promise<PreparedGuest> | undefined): Promise<void> {
  // Whoever wanted one that could not be made hears of it.
  const prepared = await making?.catch(() => undefined);
  await prepared?.guest.dispose();
}
