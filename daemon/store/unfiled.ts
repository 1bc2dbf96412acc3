import type { Execution } from '../../shared/model/execution.ts';
import type { ExecutionEvent } from '../../shared/model/event.ts';
import { END_COLUMNS, EVENT_COLUMNS, EXECUTION_COLUMNS, type StagedOperation } from './staged-operations.ts';

/** As in the tables, in the order of their columns. */
export type ExecutionRow = {
  id: string;
  session_id: string;
  kind: Execution['kind'];
  input: string | null;
  path: string | null;
  args: string;
  env: string;
  status: Execution['status'];
  started_at: number;
  ended_at: number | null;
  result: string | null;
  error: string | null;
  metrics: string;
};
export type EventRow = { seq: number; ts: number; type: ExecutionEvent['type']; payload: string };

type EventValues = readonly [string, EventRow['seq'], EventRow['ts'], EventRow['type'], EventRow['payload']];
type End = Pick<ExecutionRow, 'status' | 'ended_at' | 'result' | 'error' | 'metrics'>;
type EndValues = readonly [End['status'], End['ended_at'], End['result'], End['error'], End['metrics'], string];

/** The columns, in order. */
const EXECUTION_ROW: readonly (keyof ExecutionRow)[] = [
  ...(['id', 'session_id', 'kind', 'input', 'path', 'args', 'env', 'status', 'started_at'] as const),
  ...(['ended_at', 'result', 'error', 'metrics'] as const),
];

/**
 * `rows` as they will be once `staged` is filed, in no order: what is committed can be read though the disk does not let
 * it be filed. `belongs` says which executions are asked for.
 */
export function withUnfiled(
  rows: readonly ExecutionRow[],
  staged: readonly StagedOperation[],
  belongs: (row: ExecutionRow) => boolean,
): ExecutionRow[] {
  if (staged.length === 0) return [...rows];
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const values of staged) {
    if (values.length === EXECUTION_COLUMNS) {
      const row = Object.fromEntries(EXECUTION_ROW.map((column, index) => [column, values[index]])) as ExecutionRow;
      if (belongs(row)) byId.set(row.id, row);
    } else if (values.length === END_COLUMNS) {
      const [status, ended_at, result, error, metrics, id] = values as EndValues;
      const row = byId.get(id);
      if (row !== undefined) byId.set(id, { ...row, status, ended_at, result, error, metrics });
    }
  }
  return [...byId.values()];
}

/** The staged events of this execution after this one: they come after all that are filed. */
export function unfiledEvents(staged: readonly StagedOperation[], executionId: string, afterSeq: number): EventRow[] {
  return (staged as readonly EventValues[])
    .filter(({ length, 0: id, 1: seq }) => (length as number) === EVENT_COLUMNS && id === executionId && seq > afterSeq)
    .map(([, seq, ts, type, payload]) => ({ seq, ts, type, payload }));
}
