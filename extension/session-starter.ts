import * as vscode from 'vscode';
import type { Session } from '../shared/model/session.ts';
import type { Template } from '../shared/model/template.ts';
import type { ActiveSessions } from './active-sessions.ts';
import type { DaemonClient } from './daemon/daemon-client.ts';
import { worktreeOf, type Folder } from './folders.ts';
import { headCommit } from './git-commit.ts';
import type { LiveState } from './live-state.ts';
import { codeOf } from './notify.ts';
import { defaultTemplate } from './settings.ts';

/** The template that is made, and used, when there is none. */
const DEFAULT_TEMPLATE = 'default';

/** Where the answers to the one question are kept: template ids by folder. */
const MEMENTO = 'vmSystem.templates';

/** Makes sessions for folders, with at most one question, and none the second time. */
export class SessionStarter {
  readonly #client: DaemonClient;
  readonly #state: LiveState;
  readonly #active: ActiveSessions;
  readonly #memento: vscode.Memento;
  /** Folders for which one is being made: two runs at once share it. */
  readonly #starting = new Map<string, Promise<Session | undefined>>();

  constructor(client: DaemonClient, state: LiveState, active: ActiveSessions, memento: vscode.Memento) {
    this.#client = client;
    this.#state = state;
    this.#active = active;
    this.#memento = memento;
  }

  /** Makes the connection, if there is none yet, while the caller is busy with something else; whoever needs it hears of a failure. */
  prepare(): void {
    this.#client.connected().catch(() => undefined);
  }

  /** The live session of the folder, made if there is none; undefined when the user did not answer. */
  async forFolder(folder: Folder): Promise<Session | undefined> {
    await this.#state.ready();
    const existing = this.#active.of(folder);
    if (existing?.status === 'ready') return existing;
    const key = folder.uri.toString();
    const starting = this.#starting.get(key) ?? this.create(folder).finally(() => this.#starting.delete(key));
    this.#starting.set(key, starting);
    return starting;
  }

  /** A new session, which becomes the folder's active one; undefined when the user did not answer. */
  async create(folder: Folder, template?: Template): Promise<Session | undefined> {
    const commit = headCommit(folder.uri);
    await this.#state.ready();
    const chosen = template ?? (await this.#templateFor(folder));
    if (chosen === undefined) return undefined;
    const session = await this.#client.request('vm/session/create', {
      template_id: chosen.id,
      workspace_id: vscode.workspace.name ?? folder.name,
      base_commit_oid: (await commit) ?? 'none',
      worktree_path: worktreeOf(folder),
    });
    this.#state.learn(session);
    this.#active.choose(session);
    return session;
  }

  /** Asks which template the folder's sessions are made from, and remembers it; undefined when the user did not answer. */
  async chooseTemplate(folder: Folder): Promise<Template | undefined> {
    const items = this.#state.templates.map((template) => ({
      label: template.name,
      description: template.libraries.join(', '),
      template,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: `Template for sessions of ${folder.name}`,
      placeHolder: 'It says what a session may do. The choice is remembered for this folder.',
    });
    if (picked === undefined) return undefined;
    await this.#memento.update(MEMENTO, { ...this.#remembered(), [worktreeOf(folder)]: picked.template.id });
    return picked.template;
  }

  async #templateFor(folder: Folder): Promise<Template | undefined> {
    const { templates } = this.#state;
    const name = defaultTemplate(folder.uri);
    if (name !== undefined) {
      const named = templates.find((template) => template.name === name);
      if (named !== undefined) return named;
      throw new Error(`There is no template "${name}", which the setting vmSystem.defaultTemplate asks for.`);
    }
    const remembered = this.#remembered()[worktreeOf(folder)];
    const known = templates.find((template) => template.id === remembered);
    if (known !== undefined) return known;
    const [only] = templates;
    if (only === undefined) return this.#makeDefault();
    return templates.length === 1 ? only : this.chooseTemplate(folder);
  }

  async #makeDefault(): Promise<Template> {
    try {
      return await this.#client.request('vm/template/create', { name: DEFAULT_TEMPLATE });
    } catch (error) {
      if (codeOf(error) !== 'TEMPLATE_NAME_TAKEN') throw error;
      // Another window was quicker.
      const templates = await this.#client.request('vm/template/list', {});
      const taken = templates.find((template) => template.name === DEFAULT_TEMPLATE);
      if (taken === undefined) throw error;
      return taken;
    }
  }

  #remembered(): Record<string, string> {
    return this.#memento.get<Record<string, string>>(MEMENTO, {});
  }
}
