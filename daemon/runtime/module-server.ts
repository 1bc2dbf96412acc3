import type { ToHost } from '../../shared/ipc/host-messages.ts';
import { MAX_LOADS, type LoadRequest, type ModuleFile } from '../../shared/ipc/module-messages.ts';
import type { SessionModules } from '../worktree/session-modules.ts';

/** Text in one message: a long one would keep everything else from the pipe. */
const MESSAGE_CHARS = 1024 * 1024;

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
    const reply = await this.#modules.load(request);
    this.#underWay--;
    const [last = [], ...others] = portions(reply.files).reverse();
    for (const files of others.reverse()) send({ t: 'files', session_id: sessionId, id: request.id, files });
    send({ t: 'loaded', session_id: sessionId, reply: { ...reply, files: last } });
  }
}

/** Files in their order, cut into messages. */
function portions(files: readonly ModuleFile[]): ModuleFile[][] {
  const portions: ModuleFile[][] = [[]];
  let chars = 0;
  for (const file of files) {
    if (chars > MESSAGE_CHARS) {
      portions.push([]);
      chars = 0;
    }
    portions.at(-1)?.push(file);
    chars += file.source.length;
  }
  return portions;
}
