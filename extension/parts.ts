import type * as vscode from 'vscode';
import type { ActiveSessions } from './active-sessions.ts';
import type { DaemonClient } from './daemon/daemon-client.ts';
import type { SessionFollower } from './events/session-follower.ts';
import type { LiveState } from './live-state.ts';
import type { OutputWriter } from './output/output-writer.ts';
import type { Runs } from './runs.ts';
import type { SessionStarter } from './session-starter.ts';
import type { SessionTree } from './views/session-tree.ts';
import type { TemplateTree } from './views/template-tree.ts';
import type { VariableTree } from './views/variable-tree.ts';
import type { VirtualDocuments } from './virtual-documents.ts';

/** What the extension is made of, for its commands; wired in `extension.ts` and nowhere else. */
export type Parts = {
  readonly client: DaemonClient;
  readonly state: LiveState;
  readonly active: ActiveSessions;
  readonly starter: SessionStarter;
  readonly follower: SessionFollower;
  readonly runs: Runs;
  readonly output: OutputWriter;
  readonly documents: VirtualDocuments;
  readonly log: () => vscode.LogOutputChannel;
  readonly sessionTree: SessionTree;
  readonly variableTree: VariableTree;
  readonly templateTree: TemplateTree;
};
