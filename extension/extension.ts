import { join } from 'node:path';
import * as vscode from 'vscode';
import { ActiveSessions } from './active-sessions.ts';
import { historyCommands } from './commands/history-commands.ts';
import { registerCommands } from './commands/register-commands.ts';
import { runCommands } from './commands/run-commands.ts';
import { sessionCommands, startingCommands } from './commands/session-commands.ts';
import { templateCommands } from './commands/template-commands.ts';
import { variableCommands } from './commands/variable-commands.ts';
import { windowCommands } from './commands/window-commands.ts';
import { DaemonClient } from './daemon/daemon-client.ts';
import { daemonPlace } from './daemon/daemon-place.ts';
import { DaemonNotices } from './daemon-notices.ts';
import { SessionFollower } from './events/session-follower.ts';
import { DocumentBindings } from './language/document-bindings.ts';
import { LanguageService } from './language/language-service.ts';
import { RunLens } from './language/run-lens.ts';
import { LiveState } from './live-state.ts';
import { FrameLinks } from './output/frame-links.ts';
import { OUTPUT_LANGUAGE } from './output/output-language.ts';
import { OutputWriter } from './output/output-writer.ts';
import { showError } from './notify.ts';
import type { Parts } from './parts.ts';
import { replCommands, replProfile } from './repl/open-repl.ts';
import { Runs } from './runs.ts';
import { SessionChoices } from './session-choices.ts';
import { SessionStarter } from './session-starter.ts';
import { dataDirectory } from './settings.ts';
import { StatusBar } from './status-bar.ts';
import { SessionTree } from './views/session-tree.ts';
import { TemplateTree } from './views/template-tree.ts';
import { VariableTree } from './views/variable-tree.ts';
import { VirtualDocuments } from './virtual-documents.ts';

/** What the tests look at; other extensions get no interface from this one. */
export type Extension = Parts & { readonly statusBar: StatusBar };

/** A window that closes may be gone after 150 ms. */
const GOODBYE_MS = 100;

let client: DaemonClient | undefined;
let language: LanguageService | undefined;

/** The whole wiring. Nothing here waits, and no process is started before somebody needs the daemon. */
export function activate(context: vscode.ExtensionContext): Extension {
  const own = <T extends { dispose(): unknown }>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const log = once(() => own(vscode.window.createOutputChannel('VM System Log', { log: true })));
  const channel = once(() => own(vscode.window.createOutputChannel('VM System', OUTPUT_LANGUAGE)));
  const place = () => daemonPlace(context, dataDirectory());
  client = new DaemonClient(place, log);
  language = new LanguageService(client, place, log);
  const state = own(new LiveState(client));
  const active = own(new ActiveSessions(state, new SessionChoices(join(context.globalStorageUri.fsPath, 'sessions'))));
  const follower = own(new SessionFollower(client, state, active));
  const parts: Parts = {
    client,
    state,
    active,
    follower,
    starter: new SessionStarter(client, state, active, context.workspaceState),
    runs: own(new Runs(client, state, follower)),
    output: own(new OutputWriter(channel, state, follower)),
    documents: own(new VirtualDocuments()),
    log,
    sessionTree: own(new SessionTree(client, state, active)),
    variableTree: own(new VariableTree(client, state, active)),
    templateTree: own(new TemplateTree(client, state)),
  };
  own(new DaemonNotices(client, state));
  own(new DocumentBindings(language, state, active));
  own(new RunLens());
  own(new FrameLinks());
  own(followDataDirectory(parts));
  registerViews(parts, own);
  registerAllCommands(parts, context);
  const statusBar = own(new StatusBar(client, state, active));
  own(reconnectWhereItWas(parts));
  return { ...parts, statusBar };
}

/** The editor gives little time here. The daemon, its sessions and what runs in them stay. */
export async function deactivate(): Promise<void> {
  await Promise.all([language?.dispose(GOODBYE_MS), client?.dispose(GOODBYE_MS)]);
}

function registerViews(
  { sessionTree, variableTree, templateTree }: Parts,
  own: (view: vscode.Disposable) => void,
): void {
  own(vscode.window.createTreeView('vmSystem.sessions', { treeDataProvider: sessionTree, showCollapseAll: true }));
  own(vscode.window.createTreeView('vmSystem.variables', { treeDataProvider: variableTree, showCollapseAll: true }));
  own(vscode.window.createTreeView('vmSystem.templates', { treeDataProvider: templateTree, showCollapseAll: true }));
}

function registerAllCommands(parts: Parts, { subscriptions, globalState }: vscode.ExtensionContext): void {
  const repl = replCommands(parts, globalState);
  const changing = [runCommands(parts), startingCommands(parts), templateCommands(parts), repl];
  const looking = [sessionCommands(parts), historyCommands(parts), variableCommands(parts), windowCommands(parts)];
  for (const commands of changing) subscriptions.push(...registerCommands({ needTrust: true, commands }));
  for (const commands of looking) subscriptions.push(...registerCommands({ needTrust: false, commands }));
  subscriptions.push(vscode.window.registerTerminalProfileProvider('vmSystem.repl', replProfile(parts, globalState)));
}

/**
 * A window whose folders had a session goes on where it was before it was reloaded; others wait until something is wanted. The editor may
 * tell its folders and files only after it has started the extension.
 */
function reconnectWhereItWas({ active, client: daemon, log }: Parts): vscode.Disposable {
  const look = (): void => {
    // It was wanted already: one that has ended since is not made again because of what is looked at.
    if (daemon.state.kind !== 'off' || !active.hasChoiceHere()) return;
    daemon.connected().catch((error: unknown) => {
      log().error(String(error));
    });
  };
  look();
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeWorkspaceFolders(look),
    vscode.window.onDidChangeActiveTextEditor(look),
  );
}

/** Another data directory is another daemon: a window that is connected changes over at once. */
function followDataDirectory({ client: daemon }: Parts): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (!change.affectsConfiguration('vmSystem.dataDirectory') || daemon.state.kind === 'off') return;
    daemon.reconnect().catch((error: unknown) => {
      void showError(error);
    });
  });
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
