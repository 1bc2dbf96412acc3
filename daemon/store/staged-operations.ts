import type { Execution } from '../../shared/model/execution.ts';
import { orNull, toMs } from './columns.ts';
import type { Operation } from './journal-operation.ts';
import type { ExecutionEnd } from './store.ts';

export type Value = string | number | null;

/**
 * One operation as the values that its statement binds; how many they are says which statement. A row of the table journal
 * is the JSON of a list of these, which a later version must be able to read.
 */
export type StagedOperation = readonly Value[];

/** An insert, a merged end included: id, session_id, kind, input, path, args, env, status, started_at, and the end. */
export const EXECUTION_COLUMNS = 13;
/** execution_id, seq, ts, type, payload */
export const EVENT_COLUMNS = 5;
/** status, ended_at, result, error, metrics, id */
export const END_COLUMNS = 6;

/** What `operations[from]` up to, not including, `operations[to]` write. */
export function stagedOperations(operations: readonly Operation[], from: number, to: number): StagedOperation[] {
  const staged: StagedOperation[] = [];
  for (let index = from; index < to; index++) {
    const operation = operations[index];
    if (operation?.kind === 'event') {
      const { event, payload } = operation;
      staged.push([event.execution_id, event.seq, toMs(event.ts), event.type, payload]);
    } else if (operation?.kind === 'insert') staged.push(executionValues(operation.execution, operation.end));
    else if (operation?.kind === 'finish' && !operation.merged) staged.push(endValues(operation.id, operation.end));
  }
  return staged;
}

export function executionValues(execution: Execution, end: ExecutionEnd | undefined): Value[] {
  const row: Execution = end === undefined ? execution : { ...execution, ...end };
  return [
    row.id,
    row.session_id,
    row.kind,
    row.input ?? null,
    row.path ?? null,
    JSON.stringify(row.args),
    JSON.stringify(row.env),
    row.status,
    toMs(row.started_at),
    orNull(row.ended_at, toMs),
    orNull(row.result, JSON.stringify),
    orNull(row.error, JSON.stringify),
    JSON.stringify(row.metrics),
  ];
}

export function endValues(id: string, end: ExecutionEnd): Value[] {
  return [
    end.status,
    toMs(end.ended_at),
    orNull(end.result, JSON.stringify),
    orNull(end.error, JSON.stringify),
    JSON.stringify(end.metrics),
    id,
  ];
}

/** What each column takes: text, text that is JSON, an integer; in small letters what may be null. */
const FORMS: Readonly<Record<number, string>> = {
  [EXECUTION_COLUMNS]: 'TTTttJJTIijjJ',
  [EVENT_COLUMNS]: 'TIITJ',
  [END_COLUMNS]: 'TIjjJT',
};

/** The operations that a row of the table journal holds. Throws for a damaged one. */
export function readStaged(text: string): StagedOperation[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error('not a list of operations');
  for (const operation of list as unknown[]) requireStaged(operation);
  return list as StagedOperation[];
}

function requireStaged(operation: unknown): void {
  const form = Array.isArray(operation) ? FORMS[operation.length] : undefined;
  if (form === undefined) throw new Error('not an operation');
  (operation as unknown[]).forEach((value, column) => {
    if (!fits(value, form.charAt(column))) throw new Error(`column ${column} of ${form.length} is damaged`);
  });
}

function fits(value: unknown, form: string): boolean {
  if (value === null) return form === form.toLowerCase();
  if (form.toUpperCase() === 'I') return Number.isSafeInteger(value);
  return typeof value === 'string' && (form.toUpperCase() === 'T' || isJson(value));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
