import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DEFAULT_MEM_MB, type FromHost, type ToHost } from '../../shared/ipc/host-messages.ts';
import { GuestIsolate } from './guest-isolate.ts';
import { GuestSession } from './guest-session.ts';

type Open = Extract<ToHost, { t: 'open' }>;

/** The sessions of this process and the isolate that waits for the next one. */
export class Host {
  readonly #send: (message: FromHost) => void;
  readonly #sessions = new Map<string, GuestSession>();
  #spare: Promise<PreparedGuest> | undefined;

  constructor(send: (message: FromHost) => void) {
    this.#send = send;
  }

  /** Makes a first isolate and says hello when it is there. */
  start(): void {
    void this.#sayHello();
  }

  receive(message: ToHost): void {
    switch (message.t) {
      case 'open':
        void this.#open(message);
        break;
      case 'run':
        void this.#sessions.get(message.session_id)?.run(message);
        break;
      case 'interrupt':
        this.#sessions.get(message.session_id)?.interrupt(message.execution_id);
        break;
      case 'ack':
        this.#sessions.get(message.session_id)?.ack(message.execution_id, message.events);
        break;
      case 'close':
        this.#close(message.session_id);
        break;
      case 'look':
        this.#sessions.get(message.session_id)?.look(message);
        break;
      case 'ping':
        this.#send({ t: 'pong' });
        break;
    }
  }

  async #sayHello(): Promise<void> {
    this.#spare = PreparedGuest.create(DEFAULT_MEM_MB);
    await this.#spare;
    collectOwnGarbage();
    this.#send({ t: 'hello', pid: process.pid });
  }

  async #open({ session_id, mem_mb, runtime, libraries }: Open): Promise<void> {
    try {
      setFlagsFromString(runtime.strict ? '--use-strict' : '--no-use-strict');
      const prepared = await this.#take(mem_mb);
      if (!runtime.console) await prepared.guest.removeConsole();
      const session = new GuestSession(session_id, prepared.guest, this.#send);
      prepared.onCatastrophe = () => {
        session.catastrophe();
      };
      if (libraries.length > 0) await prepared.guest.loadLibraries(libraries, runtime.strict);
      this.#sessions.set(session_id, session);
      this.#send({ t: 'opened', session_id });
    } catch (error) {
      this.#send({ t: 'open_failed', session_id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #take(memMb: number): Promise<PreparedGuest> {
    const spare = await this.#spare;
    this.#spare = undefined;
    if (spare?.guest.memMb === memMb) return spare;
    // Each isolate reserves 512 MiB of address space for code; under the fence there is no room for many.
    spare?.guest.dispose();
    return PreparedGuest.create(memMb);
  }

  #close(id: string): void {
    this.#sessions.get(id)?.dispose();
    this.#sessions.delete(id);
    this.#send({ t: 'closed', session_id: id });
  }
}

/** An isolate with what to do when V8 gives up on it, which depends on whose it has become. */
class PreparedGuest {
  readonly guest: GuestIsolate;
  onCatastrophe: () => void = () => undefined;

  private constructor(guest: GuestIsolate) {
    this.guest = guest;
  }

  static async create(memMb: number): Promise<PreparedGuest> {
    const guest = await GuestIsolate.create(memMb, () => {
      prepared.onCatastrophe();
    });
    const prepared = new PreparedGuest(guest);
    return prepared;
  }
}

/** What starting up has left behind: a collection gives back 2.2 of the 13 MiB that a host holds for itself. */
function collectOwnGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
