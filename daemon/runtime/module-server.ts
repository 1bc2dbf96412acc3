import type { ToHost } from '../../shared/ipc/host-messages.ts';
import { MAX_LOADS, type LoadRequest, type ModuleFile } from '../../shared/ipc/module-messages.ts';
import type { SessionModules } from '../worktree/session-modules.ts';

/**
 * Text in one message: a long one would keep everything else from the pipe, and the host from compiling the first files
 * while the last are read.
 */
const MESSAGE_CHARS = 32 * 1024;

/** Answers a host's requests for the modules of one session. */
export class ModuleServer {
  readonly #modules: SessionModules;
  #underWay = 0;

  constructor(modules: SessionModules) {
    this.#modules = modules;
  }

  /** Throws RangeError when the host has more requests under way than it would have by itself. */
  answer(sessionId: string, request: LoadRequest, send: (message: ToHost) => void): Promise<void> {
    if (++this.#underWay > MAX_LOADS) throw new RangeError('more requests for modules than allowed');
    return this.#answer(sessionId, request, send);
  }

  async #answer(sessionId: string, request: LoadRequest, send: (message: ToHost) => void): Promise<void> {
    const portions = new Portions((files) => { send({ t: 'files', session_id: sessionId, id: request.id, files }); }); // prettier-ignore
    const add = (files: ModuleFile[]): void => {
      for (const file of files) portions.add(file);
    };
    const reply = await this.#modules.load(request, add);
    this.#underWay--;
    add(reply.files);
    send({ t: 'loaded', session_id: sessionId, reply: { ...reply, files: portions.takeRest() } });
  }
}

/** Files in their order, cut into messages. */
class Portions {
  readonly #send: (files: ModuleFile[]) => void;
  #files: ModuleFile[] = [];
  #chars = 0;

  constructor(send: (files: ModuleFile[]) => void) {
    this.#send = send;
  }

  add(file: ModuleFile): void {
    if (this.#chars > MESSAGE_CHARS) this.#send(this.takeRest());
    this.#files.push(file);
    this.#chars += file.source.length;
  }

  takeRest(): ModuleFile[] {
    const files = this.#files;
    this.#files = [];
    this.#chars = 0;
    return files;
  }
}
