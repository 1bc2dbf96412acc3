import type { Logger } from 'pino';
import type { Change, ChangeFeed } from '../services/change-feed.ts';

/**
 * What becomes of sessions, at info, and of executions, at debug. Never what code said or was given: its input, its
 * output and its errors are for the database, where only those look who ask for them.
 */
export function logChanges(changes: ChangeFeed, logger: Logger): void {
  changes.subscribe((change) => {
    if (change.kind === 'execution') logExecution(change.execution, logger);
    else if (change.kind === 'session') logSession(change.session, logger);
    else logger.debug({ template_id: change.template_id }, change.deleted ? 'template deleted' : 'template changed');
  });
}

function logSession(
  { id, template_id, status }: Extract<Change, { kind: 'session' }>['session'],
  logger: Logger,
): void {
  logger.info({ session_id: id, template_id }, `session ${status}`);
}

function logExecution(execution: Extract<Change, { kind: 'execution' }>['execution'], logger: Logger): void {
  // Asked first: this is on the way of every REPL line.
  if (!logger.isLevelEnabled('debug')) return;
  const { id, session_id, kind, status, error, metrics } = execution;
  const facts = { session_id, execution_id: id, kind, code: error?.code, wall_ms: metrics.wall_ms };
  logger.debug(facts, `execution ${status}`);
}
