import * as vscode from 'vscode';
import type { Execution } from '../shared/model/execution.ts';
import type { Session } from '../shared/model/session.ts';
import type { Template } from '../shared/model/template.ts';
import type { DaemonClient } from './daemon/daemon-client.ts';

/** What has changed, so that a view redraws that and no more. */
export type StateChange =
  | { kind: 'all' }
  | { kind: 'session'; session: Session }
  | { kind: 'execution'; execution: Execution }
  | { kind: 'templates' };

/** Sessions and templates as the daemon has told them last. Filled once for a connection, then kept by notifications. */
export class LiveState implements vscode.Disposable {
  readonly #client: DaemonClient;
  readonly #changed = new vscode.EventEmitter<StateChange>();
  readonly #reloaded = new vscode.EventEmitter<readonly Session[]>();
  readonly #sessions = new Map<string, Session>();
  /** The execution that runs in a session. */
  readonly #running = new Map<string, Execution>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChange = this.#changed.event;
  /** After each time that everything was asked for again: the sessions that have ended since the time before. */
  readonly onReloaded = this.#reloaded.event;
  /** Made from the map when they are asked for; views ask often. */
  #sorted: readonly Session[] | undefined;
  #alive: readonly Session[] | undefined;
  #templates: readonly Template[] = [];
  #loading: Promise<void> | undefined;
  #loaded = false;

  constructor(client: DaemonClient) {
    this.#client = client;
    this.#subscriptions = [
      client.onConnected(() => {
        // Those that run now are told right after this.
        this.#running.clear();
        this.#reload();
      }),
      client.on('vm/daemon/status', ({ state }) => {
        if (state === 'behind') this.#reload();
      }),
      client.on('vm/session/changed', ({ session }) => {
        this.#setSession(session);
      }),
      client.on('vm/execution/changed', ({ execution }) => {
        this.#setExecution(execution);
      }),
      client.on('vm/template/changed', () => {
        void this.#loadTemplates().catch(() => undefined);
      }),
    ];
  }

  /** Whether the daemon has answered yet: before, "nothing there" would not be true. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Newest first. */
  get sessions(): readonly Session[] {
    return (this.#sorted ??= [...this.#sessions.values()].sort((a, b) => (a.id < b.id ? 1 : -1)));
  }

  /** Newest first. */
  get aliveSessions(): readonly Session[] {
    return (this.#alive ??= this.sessions.filter(isAlive));
  }

  get templates(): readonly Template[] {
    return this.#templates;
  }

  session(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Name of the template that a session was made from. */
  templateNameOf(sessionId: string): string {
    const id = this.session(sessionId)?.template_id;
    return this.#templates.find((template) => template.id === id)?.name ?? 'unknown';
  }

  running(sessionId: string): Execution | undefined {
    return this.#running.get(sessionId);
  }

  /** Connects if need be, and resolves when the lists are there. Rejects when there is no connection. */
  async ready(): Promise<void> {
    await this.#client.connected();
    await this.#loading;
  }

  /** As `ready`, for what is only shown: rejects also when the daemon was stopped. */
  async seen(): Promise<void> {
    await this.#client.connectedUnlessDown();
    await this.#loading;
  }

  /** A session as a request has just answered it: the notification comes a moment later. */
  learn(session: Session): void {
    const known = this.#sessions.get(session.id);
    if (known === undefined || known.updated_at < session.updated_at) this.#setSession(session);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#reloaded.dispose();
  }

  #reload(): void {
    // A connection that ends meanwhile is followed by another, and another load.
    this.#loading = this.#load().catch(() => undefined);
  }

  async #load(): Promise<void> {
    const [sessions, templates] = await Promise.all([
      this.#client.look('vm/session/list', {}),
      this.#client.look('vm/template/list', {}),
    ]);
    const before = this.aliveSessions;
    this.#sessions.clear();
    for (const session of sessions) this.#sessions.set(session.id, session);
    this.#forgetLists();
    this.#templates = templates;
    this.#loaded = true;
    this.#changed.fire({ kind: 'all' });
    const lost = before.map(({ id }) => this.#sessions.get(id)).filter((session) => session !== undefined);
    this.#reloaded.fire(lost.filter((session) => !isAlive(session)));
  }

  async #loadTemplates(): Promise<void> {
    this.#templates = await this.#client.look('vm/template/list', {});
    this.#changed.fire({ kind: 'templates' });
  }

  #forgetLists(): void {
    this.#sorted = undefined;
    this.#alive = undefined;
  }

  #setSession(session: Session): void {
    this.#sessions.set(session.id, session);
    this.#forgetLists();
    if (!isAlive(session)) this.#running.delete(session.id);
    this.#changed.fire({ kind: 'session', session });
  }

  #setExecution(execution: Execution): void {
    // What timers do between executions keeps nobody from running something.
    if (execution.kind === 'system') this.#changed.fire({ kind: 'execution', execution });
    else this.#setRun(execution);
  }

  #setRun(execution: Execution): void {
    if (execution.status === 'running') this.#running.set(execution.session_id, execution);
    else if (this.#running.get(execution.session_id)?.id === execution.id) this.#running.delete(execution.session_id);
    this.#changed.fire({ kind: 'execution', execution });
  }
}

export function isAlive({ status }: Session): boolean {
  return status === 'ready' || status === 'starting';
}
