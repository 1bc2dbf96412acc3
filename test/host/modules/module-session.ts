import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRuntime } from '../../../daemon/runtime/create-runtime.ts';
import type { RunOutcome, Runtime, RuntimeEvent, SessionSpec } from '../../../daemon/runtime/runtime.ts';
import { DEFAULT_SETTINGS, type Limits, type SettingsPatch } from '../../../shared/model/settings.ts';
import { eventually } from '../../runtime/runtime-fixture.ts';
import { makeTree, writeTree, type Tree } from '../../worktree/tree.ts';

export type Ran = RunOutcome & { events: RuntimeEvent[] };

/** A session over a folder of files, in a real host process. */
export class ModuleSession {
  readonly root: string;
  readonly runtime: Runtime;
  readonly #remove: () => Promise<void>;
  readonly #limits: Limits;
  readonly #events: RuntimeEvent[] = [];
  /** Why the session was lost, if it was. */
  lost: string | undefined;
  #lastId = 0;

  private constructor(root: string, remove: () => Promise<void>, limits: Limits) {
    this.root = root;
    this.#remove = remove;
    this.#limits = limits;
    this.runtime = createRuntime(
      { spareHosts: 0 },
      {
        onEvents: (_, events, stored) => {
          this.#events.push(...events);
          stored();
        },
        beginBackground: () => 'background',
        endBackground: () => undefined,
        onSessionLost: (_, reason) => {
          this.lost = reason;
        },
      },
    );
  }

  static async open(
    tree: Tree,
    patch: SettingsPatch = {},
    allowed: Partial<Pick<SessionSpec, 'modules' | 'capabilities'>> = {},
  ): Promise<ModuleSession> {
    const limits = { ...DEFAULT_SETTINGS.limits, cpu_ms: 20_000, wall_ms: 20_000, ...patch.limits };
    const resolver = { ...DEFAULT_SETTINGS.resolver, ...patch.resolver };
    const runtime = { ...DEFAULT_SETTINGS.runtime, ...patch.runtime };
    const { root, remove } = await makeTree(tree);
    const session = new ModuleSession(root, remove, limits);
    await session.runtime.open({
      session_id: 's',
      template_id: 'T',
      worktree_path: root,
      settings: { limits, resolver, runtime },
      modules: [],
      libraries: [],
      capabilities: [],
      ...allowed,
    });
    return session;
  }

  repl(source: string, limits: Partial<Limits> = {}): Promise<Ran> {
    return this.#run({ kind: 'repl', source, limits: { ...this.#limits, ...limits } });
  }

  async file(path: string, limits: Partial<Limits> = {}): Promise<Ran> {
    const file = join(this.root, path);
    const source = await readFile(file, 'utf8');
    return this.#run({ kind: 'run_file', source, file, limits: { ...this.#limits, ...limits } });
  }

  write(tree: Tree): Promise<void> {
    return writeTree(this.root, tree);
  }

  async close(): Promise<void> {
    await this.runtime.dispose();
    await this.#remove();
  }

  /** Resolves when the execution that runs has made such an event. */
  seen(isMeant: (event: RuntimeEvent) => boolean): Promise<true> {
    return eventually('the event', () => this.#events.some(isMeant));
  }

  async #run(request: { kind: 'repl' | 'run_file'; source: string; file?: string; limits: Limits }): Promise<Ran> {
    this.#events.length = 0;
    const outcome = await this.runtime.run('s', { execution_id: `e${++this.#lastId}`, args: [], env: {}, ...request });
    return { ...outcome, events: [...this.#events] };
  }
}

/** The value as JSON, or in brackets what went wrong: short to compare with. */
export function valueOf({ status, result, error }: Ran): unknown {
  return status === 'ok' ? (result?.json ?? result?.preview) : `[${error?.code ?? status}] ${error?.message ?? ''}`;
}

/** What the console showed, line by line. */
export function consoleOf({ events }: Ran): string[] {
  return events.flatMap(({ type, payload }) => (type === 'console' ? [String(payload['text'])] : []));
}
