import { setFlagsFromString } from 'node:v8';
import type { FromHost, ToHost } from '../../shared/ipc/host-messages.ts';
import { collectOwnGarbage } from '../own-garbage.ts';
import type { GuestIsolate } from './guest-isolate.ts';
import { GuestSession, type ModuleSettings } from './guest-session.ts';
import { GuestSnapshot, loadGuestSnapshot, makeGuestSnapshot } from './guest-snapshot.ts';
import { SpareGuests } from './spare-guests.ts';

type Open = Extract<ToHost, { t: 'open' }>;

export type GuestFiles = {
  /** The script that every guest begins with. */
  guestScript: string;
  /** Node's built-ins for guests: what the names of their files begin with. */
  builtInTexts: string;
  /** That of the script, where the build has made one. */
  snapshot: string | undefined;
};

/** The sessions of this process and the isolates that wait for the next one. */
export class Host {
  readonly #send: (message: FromHost) => void;
  readonly #sessions = new Map<string, GuestSession>();
  /** Those whose isolates cannot be disposed, held: to collect them would end the process. */
  readonly #remains: GuestSession[] = [];
  readonly #spares: SpareGuests;
  readonly #builtInTexts: string;

  constructor(send: (message: FromHost) => void, { guestScript, builtInTexts, snapshot }: GuestFiles) {
    this.#send = send;
    this.#builtInTexts = builtInTexts;
    this.#spares = new SpareGuests(snapshot === undefined ? ownSnapshot(guestScript) : loadGuestSnapshot(snapshot));
  }

  /** Makes a first isolate and says hello when it is there. */
  start(): void {
    void this.#sayHello();
  }

  receive(message: ToHost): void {
    switch (message.t) {
      case 'prime':
        this.#spares.prime(message.kind);
        break;
      case 'open':
        void this.#open(message);
        break;
      case 'run':
        this.#sessions.get(message.session_id)?.run(message);
        break;
      case 'interrupt':
        this.#sessions.get(message.session_id)?.interrupt(message.execution_id);
        break;
      case 'ack':
        this.#sessions.get(message.session_id)?.ack(message.execution_id, message.events);
        break;
      case 'interrupt_background':
        this.#sessions.get(message.session_id)?.interruptBackground();
        break;
      case 'ack_background':
        this.#sessions.get(message.session_id)?.ackBackground(message.events);
        break;
      case 'files':
      case 'loaded':
        this.#sessions.get(message.session_id)?.loads.receive(message);
        break;
      case 'called':
        this.#sessions.get(message.session_id)?.called(message);
        break;
      case 'close':
        void this.#close(message.session_id);
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
    await this.#spares.start();
    collectOwnGarbage();
    this.#send({ t: 'hello', pid: process.pid });
  }

  async #open(message: Open): Promise<void> {
    const { session_id, worktree_path, kind, primed } = message;
    const { strict } = kind.runtime;
    try {
      setFlagsFromString(strict ? '--use-strict' : '--no-use-strict');
      const prepared = primed ? await this.#spares.takePrimed() : await this.#spares.take(kind.mem_mb);
      const settings = this.#settingsOf(message, prepared.guest);
      const session = new GuestSession(session_id, prepared.guest, settings, this.#send);
      prepared.onCatastrophe = () => {
        session.catastrophe();
      };
      if (!primed) await prepared.furnish(kind, strict);
      await prepared.guest.enter(worktree_path, message.env);
      this.#sessions.set(session_id, session);
      this.#send({ t: 'opened', session_id });
      setImmediate(() => {
        void this.#spares.dispose();
      });
    } catch (error) {
      this.#send({ t: 'open_failed', session_id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  #settingsOf(
    { worktree_path, kind, template_id, modules, denied_modules }: Open,
    guest: GuestIsolate,
  ): ModuleSettings {
    const { esm, strict } = kind.runtime;
    const access = {
      templateId: template_id,
      hostModules: new Set(modules),
      denied: new Set(denied_modules),
      /** Known once they are loaded. */
      get libraries() {
        return guest.modules.libraryNames;
      },
    };
    const { denied_globals: deniedGlobals } = kind;
    return { root: worktree_path, esm, strict, builtInTexts: this.#builtInTexts, access, deniedGlobals };
  }

  async #close(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    const remains = session !== undefined && !(await session.dispose());
    if (remains) this.#remains.push(session);
    this.#send({ t: 'closed', session_id: id, remains });
  }
}

function ownSnapshot(guestScript: string): GuestSnapshot {
  const bytes = makeGuestSnapshot(guestScript);
  return new GuestSnapshot(bytes.length, (target) => { target.set(bytes); }); // prettier-ignore
}
