import type { ExecutionEvent } from '../../shared/model/event.ts';
import type { Execution } from '../../shared/model/execution.ts';
import { isRejection } from '../../shared/model/rejection.ts';

/** Width of `12:34:56.789 [level] `: what follows a line break stands below what was before it. */
const INDENT = ' '.repeat(21);
const LEVEL_WIDTH = '[error]'.length;

/** Longer single texts are cut here: an editor that draws a line of megabytes does nothing else for a while. */
const MAX_TEXT = 20_000;

/** Lines of the output channel for an event; what the header says already is left out. */
export function formatEvent({ ts, type, payload }: ExecutionEvent): string {
  const text = (field: string): string => (typeof payload[field] === 'string' ? payload[field] : '');
  switch (type) {
    case 'input_echo':
      return '';
    case 'console':
      return line(ts, CONSOLE_LEVELS[text('level')] ?? 'info', text('text'));
    case 'stdout':
      return line(ts, 'info', text('text').replace(/\n$/, ''));
    case 'stderr':
      return line(ts, 'warn', text('text').replace(/\n$/, ''));
    case 'value':
      return payload['type'] === 'undefined' ? '' : line(ts, 'value', quoted(text('type'), text('preview')));
    case 'exception': {
      const what = isRejection(payload) ? 'Unhandled rejection: ' : 'Uncaught ';
      // The message of what is no error says already that it is uncaught.
      return line(ts, 'error', what + (text('shown') || text('stack') || text('message').replace(/^Uncaught /, '')));
    }
    case 'system':
      return line(ts, 'info', text('message'));
  }
}

/** The first line of an execution: whose it is and what runs. */
export function formatHeader(session_id: string, { ts, execution_id, payload, seq }: ExecutionEvent): string {
  const input = typeof payload['text'] === 'string' ? payload['text'] : '';
  const what = seq === 1 ? cutLine(input) : '(goes on)';
  const parts = [
    `session ${shortId(session_id)}`,
    `execution ${shortId(execution_id)}`,
    ...(what === '' ? [] : [what]),
  ];
  return `${time(ts)} ── ${parts.join(' ── ')}\n`;
}

/** The last line of an execution: how it ended, and how long it took. */
export function formatEnd({ status, error, metrics, ended_at, started_at }: Execution, template: string): string {
  const took = metrics.wall_ms === undefined ? '' : ` after ${formatMs(metrics.wall_ms)}`;
  const ts = ended_at ?? started_at;
  if (status === 'ok') return line(ts, 'done', `ok${took}`);
  // What was thrown is an event, with its stack; what stopped the run from outside is said here.
  const why = error === undefined || SAID.has(error.code) ? '' : `: ${error.message}`;
  const hint =
    error !== undefined && LIMITS.has(error.code) ? ` The limits are those of the template "${template}".` : '';
  const cut = error?.code === 'OUTPUT_LIMIT_EXCEEDED' ? ' The output was cut here.' : '';
  return line(ts, status === 'cancelled' ? 'warn' : 'error', `${status}${took}${why}${cut}${hint}`);
}

export function formatMs(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The last six digits: the first ones of ids that were made one after the other are the same. */
export function shortId(id: string): string {
  return id.slice(-6);
}

/** A time of day on the user's clock, as `12:34:56.789`. */
export function time(ts: string): string {
  const date = new Date(ts);
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** Strings as code would have them, so that "1" and 1 do not look alike. */
export function quoted(type: string, preview: string): string {
  return type === 'string' ? JSON.stringify(preview) : preview;
}

const CONSOLE_LEVELS: Readonly<Record<string, string>> = {
  error: 'error',
  assert: 'error',
  warn: 'warn',
  trace: 'debug',
  debug: 'debug',
};

/** Ends that the events, or the status alone, tell in full. */
const SAID = new Set(['JS_EXCEPTION', 'CANCELLED']);

const LIMITS = new Set(['OUTPUT_LIMIT_EXCEEDED', 'EXEC_TIMEOUT', 'CPU_LIMIT_EXCEEDED', 'MEMORY_LIMIT_EXCEEDED']);

function line(ts: string, level: string, text: string): string {
  const shown =
    text.length > MAX_TEXT
      ? `${text.slice(0, MAX_TEXT)} … (${text.length - MAX_TEXT} more characters are in the log)`
      : text;
  return `${time(ts)} ${`[${level}]`.padEnd(LEVEL_WIDTH)} ${shown.replaceAll('\n', `\n${INDENT}`)}\n`;
}

function cutLine(text: string): string {
  const [first = '', ...rest] = text.trim().split('\n');
  return first.length > 100 || rest.length > 0 ? `${first.slice(0, 100)} …` : first;
}
