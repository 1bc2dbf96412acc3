import type { FromHost, ToHost } from '../../../shared/ipc/host-messages.ts';
import { MAX_LOADS, type LoadReply, type LoadRequest, type ModuleFile } from '../../../shared/ipc/module-messages.ts';

/** A session's requests to the daemon for modules. Not more than allowed are under way; the others wait here. */
export class ModuleLoads {
  readonly #sessionId: string;
  readonly #send: (message: FromHost) => void;
  readonly #onFiles: (files: readonly ModuleFile[]) => void;
  readonly #pending = new Map<number, { files: ModuleFile[]; resolve: (reply: LoadReply) => void }>();
  readonly #queue: (() => void)[] = [];
  #lastId = 0;

  /** @param onFiles told of the files of a reply as they come, before whoever asked for them */
  constructor(sessionId: string, send: (message: FromHost) => void, onFiles: (files: readonly ModuleFile[]) => void) {
    this.#sessionId = sessionId;
    this.#send = send;
    this.#onFiles = onFiles;
  }

  load(request: Omit<LoadRequest, 'id'>): Promise<LoadReply> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const start = (): void => {
        this.#pending.set(id, { files: [], resolve });
        this.#send({ t: 'load', session_id: this.#sessionId, request: { id, ...request } });
      };
      if (this.#pending.size < MAX_LOADS) start();
      else this.#queue.push(start);
    });
  }

  /** Part of a reply, or its end. */
  receive(message: Extract<ToHost, { t: 'files' | 'loaded' }>): void {
    const id = message.t === 'files' ? message.id : message.reply.id;
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    const { files } = message.t === 'files' ? message : message.reply;
    this.#onFiles(files);
    if (message.t === 'files') {
      pending.files.push(...files);
      return;
    }
    this.#pending.delete(id);
    this.#queue.shift()?.();
    pending.resolve({ ...message.reply, files: [...pending.files, ...message.reply.files] });
  }
}
