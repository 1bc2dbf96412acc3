import * as vscode from 'vscode';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { editorUri } from '../folders.ts';
import { formatEnd, formatEvent, formatHeader, shortId } from '../output/format-event.ts';
import { OUTPUT_LANGUAGE } from '../output/output-language.ts';
import type { Parts } from '../parts.ts';
import type { ExecutionNode, MoreNode, SessionNode } from '../views/session-tree.ts';
import type { TemplateNode } from '../views/template-tree.ts';
import type { Commands } from './register-commands.ts';

/** Context key: whether a result waits for another to be compared with. */
const COMPARE_SELECTED = 'vmSystem.compareSelected';

/** Executions of a session whose events are shown together. */
const SHOWN_EXECUTIONS = 50;

/** More events than this are not opened as one document: an editor shows no use of them. */
const SHOWN_EVENTS = 50_000;

const PAGE = 1_000;

type HistoryNode = SessionNode | ExecutionNode;

/** What looks at what ran before; nothing here runs or changes anything. */
export function historyCommands(parts: Parts): Commands {
  let selected: Execution | undefined;
  return {
    'vmSystem.copyId': (node) => copyId(node as HistoryNode | TemplateNode),
    'vmSystem.openFile': (node) => openFile(parts, (node as ExecutionNode).execution),
    'vmSystem.openInput': (node) => openInput((node as ExecutionNode).execution),
    'vmSystem.showEvents': (node) => showEvents(parts, node as HistoryNode),
    'vmSystem.showMore': (node) => {
      parts.sessionTree.showMore(node as MoreNode);
    },
    'vmSystem.selectForCompare': async (node) => {
      selected = (node as ExecutionNode).execution;
      await vscode.commands.executeCommand('setContext', COMPARE_SELECTED, true);
    },
    'vmSystem.compareResults': async (node) => {
      if (selected !== undefined) await compare(parts, selected, (node as ExecutionNode).execution);
    },
  };
}

async function copyId(node: HistoryNode | TemplateNode): Promise<void> {
  await vscode.env.clipboard.writeText(idOf(node));
}

function idOf(node: HistoryNode | TemplateNode): string {
  switch (node.kind) {
    case 'session':
      return node.session.id;
    case 'execution':
      return node.execution.id;
    case 'template':
      return node.template.id;
  }
}

async function openFile(parts: Parts, { session_id, path = '' }: Execution): Promise<void> {
  const worktree = parts.state.session(session_id)?.worktree_path ?? '';
  const file = vscode.Uri.joinPath(vscode.Uri.file(worktree), path);
  await vscode.window.showTextDocument(editorUri(file.fsPath) ?? file);
}

async function openInput({ input = '' }: Execution): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'javascript', content: input });
  await vscode.window.showTextDocument(document);
}

async function showEvents(parts: Parts, node: HistoryNode): Promise<void> {
  const executions =
    node.kind === 'execution'
      ? [node.execution]
      : await parts.client.request('vm/execution/list', { session_id: node.session.id, limit: SHOWN_EXECUTIONS });
  const texts: string[] = [];
  let left = SHOWN_EVENTS;
  for (const execution of executions.toReversed()) {
    const events = await readEvents(parts, execution, left);
    left -= events.length;
    texts.push(eventsText(parts, execution, events));
    if (left <= 0) {
      texts.push(`The document ends here, after ${SHOWN_EVENTS} events; the log has the rest.\n`);
      break;
    }
  }
  const uri = parts.documents.put(idOf(node), `events ${shortId(idOf(node))}`, texts.join(''));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.languages.setTextDocumentLanguage(document, OUTPUT_LANGUAGE);
  await vscode.window.showTextDocument(document, { preview: true });
}

async function readEvents({ client }: Parts, { id }: Execution, most: number): Promise<ExecutionEvent[]> {
  const events: ExecutionEvent[] = [];
  while (events.length < most) {
    const after_seq = events.at(-1)?.seq ?? 0;
    const limit = Math.min(PAGE, most - events.length);
    const page = await client.request('vm/execution/events', { execution_id: id, after_seq, limit });
    events.push(...page);
    if (page.length < limit) break;
  }
  return events;
}

function eventsText(parts: Parts, execution: Execution, events: readonly ExecutionEvent[]): string {
  const [first] = events;
  const header = first === undefined ? '' : formatHeader(execution.session_id, first);
  const end =
    execution.status === 'running' ? '' : formatEnd(execution, parts.state.templateNameOf(execution.session_id));
  return header + events.map(formatEvent).join('') + end;
}

async function compare(parts: Parts, before: Execution, after: Execution): Promise<void> {
  const [left, right] = await Promise.all([before, after].map(async (execution) => resultUri(parts, execution)));
  const title = `Result ${shortId(before.id)} ↔ ${shortId(after.id)}`;
  await vscode.commands.executeCommand('vscode.diff', left, right, title);
}

/** The result as JSON where there is some, as it is told else: as many lines as it has parts, so that they can be compared. */
async function resultUri(parts: Parts, { id }: Execution): Promise<vscode.Uri> {
  // The row in the tree may be from before its end.
  const { status, result, error } = await parts.client.request('vm/execution/get', { execution_id: id });
  const value = result?.json === undefined ? (result?.preview ?? '') : JSON.stringify(result.json, null, 2);
  const text = error === undefined ? value : (error.stack ?? error.message);
  return parts.documents.put(id, `result ${shortId(id)}`, `${status}\n${text}\n`);
}
