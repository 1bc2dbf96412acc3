import * as vscode from 'vscode';
import type { Execution } from '../shared/model/execution.ts';
import type { Session } from '../shared/model/session.ts';
import { codeOf } from './notify.ts';
import type { Parts } from './parts.ts';
import type { Work } from './runs.ts';

/** Until then the status bar alone tells of a run: a notification that only flashes disturbs. */
const NOTIFY_AFTER_MS = 1_000;

const MAX_TITLE = 40;

/** Runs work in a session and shows that it runs, with a way to stop it; resolves when it has ended, however it did. */
export async function runWithProgress(parts: Parts, session: Session, work: Work): Promise<Execution> {
  const { execution, ended } = await startWhenFree(parts, session, work);
  const title = `Running ${titleOf(work)}`;
  void vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => ended);
  const timer = setTimeout(() => {
    offerCancel(parts, execution, title, ended);
  }, NOTIFY_AFTER_MS);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

/** One execution runs at a time; somebody who wants another is asked whether the first shall stop. */
async function startWhenFree(
  { runs, client }: Parts,
  session: Session,
  work: Work,
): Promise<{ execution: Execution; ended: Promise<Execution> }> {
  try {
    return await runs.start(session, work);
  } catch (error) {
    if (codeOf(error) !== 'SESSION_BUSY') throw error;
    const stop = 'Stop It and Run';
    const message = 'The session is still running something else. Its variables stay when that is stopped.';
    if ((await vscode.window.showWarningMessage(message, stop)) !== stop) throw error;
    await client.request('vm/session/interrupt', { session_id: session.id });
    return runs.start(session, work);
  }
}

function offerCancel({ client }: Parts, { id }: Execution, title: string, ended: Promise<Execution>): void {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  void vscode.window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => {
      progress.report({ message: 'stopping …' });
      // It may have ended in this very moment: then there is nothing to stop.
      void client.request('vm/execution/cancel', { execution_id: id }).catch(() => undefined);
    });
    await ended;
  });
}

function titleOf(work: Work): string {
  if ('path' in work) return work.path;
  const line = work.input.trim().split('\n', 1)[0] ?? '';
  return line.length > MAX_TITLE ? `${line.slice(0, MAX_TITLE)} …` : line;
}
