import { MAX_CALLS, type HostCall } from '../../shared/ipc/call-messages.ts';
import type { FromHost, WireEvent, WireOutcome } from '../../shared/ipc/host-messages.ts';
import { MAX_WISHES, type LoadRequest } from '../../shared/ipc/module-messages.ts';
import { EVENT_TYPES, type ValuePayload } from '../../shared/model/event.ts';

const eventTypes: ReadonlySet<string> = new Set(Object.keys(EVENT_TYPES));
const statuses: ReadonlySet<unknown> = new Set<WireOutcome['status']>(['ok', 'error', 'timeout', 'cancelled']);

/** Written by hand: it runs for every event, and a general validator would cost more than the event itself. */

/** What a host sent, if it is a message, with its result where that was said as an event. Whether it fits what was asked is for the caller. Throws TypeError. */
export function checkMessage(message: unknown): FromHost {
  if (!isRecord(message)) throw new TypeError('a message is no object');
  const { t } = message;
  const isText = (field: string): boolean => typeof message[field] === 'string';
  const valid =
    t === 'pong' ||
    (t === 'hello' && typeof message['pid'] === 'number') ||
    (t === 'opened' && isText('session_id')) ||
    (t === 'closed' && isText('session_id') && typeof message['remains'] === 'boolean') ||
    (t === 'open_failed' && isText('session_id') && isText('message')) ||
    (t === 'looked' && isText('session_id') && isLook(message)) ||
    (t === 'lost' && isText('session_id') && typeof message['fatal'] === 'boolean') ||
    (t === 'call' && isText('session_id') && isCall(message['call'])) ||
    (t === 'cancel_calls' && isText('session_id') && isIds(message['ids'])) ||
    (t === 'load' && isText('session_id') && isLoadRequest(message['request'])) ||
    ((t === 'events' || t === 'done' || t === 'stuck') &&
      isText('session_id') &&
      isText('execution_id') &&
      isEvents(message['events']) &&
      (t === 'events' || isOutcome(message['outcome'])) &&
      (t !== 'done' || typeof message['goes_on'] === 'boolean')) ||
    ((t === 'background' || t === 'background_done' || t === 'background_stuck') &&
      isText('session_id') &&
      isEvents(message['events']) &&
      (t === 'background' || isOutcome(message['outcome'])));
  if (!valid) throw new TypeError(`a bad message: ${typeof t === 'string' ? t.slice(0, 20) : typeof t}`);
  const checked = message as FromHost;
  if (checked.t === 'done' && checked.result_is_last !== undefined) restoreResult(checked);
  return checked;
}

/** Gives the outcome its result, which was said as the last event. */
function restoreResult({ events, outcome }: Extract<FromHost, { t: 'done' }>): void {
  const [, type, result] = events.at(-1) ?? [];
  if (type !== 'value' || !isResult(result)) throw new TypeError('a result that is none');
  outcome.result = result;
}

function isLoadRequest(request: unknown): request is LoadRequest {
  if (!isRecord(request) || typeof request['id'] !== 'number' || typeof request['fresh'] !== 'boolean') return false;
  const { wishes, again } = request;
  if (!Array.isArray(wishes) || !Array.isArray(again)) return false;
  if (wishes.length > MAX_WISHES || again.length > MAX_WISHES) return false;
  return wishes.every(isWish) && again.every((url) => isFileUrl(url));
}

function isCall(call: unknown): call is HostCall {
  if (!isRecord(call) || !Number.isSafeInteger(call['id'])) return false;
  return ['module', 'name', 'args'].every((field) => typeof call[field] === 'string');
}

function isIds(ids: unknown): boolean {
  return Array.isArray(ids) && ids.length <= MAX_CALLS && ids.every((id) => Number.isSafeInteger(id));
}

function isWish(wish: unknown): boolean {
  if (!isRecord(wish) || typeof wish['specifier'] !== 'string') return false;
  const { kind, referrer } = wish;
  return (kind === 'import' || kind === 'require') && (referrer === '' || isFileUrl(referrer));
}

function isFileUrl(url: unknown): boolean {
  return typeof url === 'string' && url.startsWith('file:///') && URL.canParse(url) && !/%(?:2f|00)/i.test(url);
}

function isEvents(events: unknown): events is WireEvent[] {
  return Array.isArray(events) && events.every(isEvent);
}

function isEvent(event: unknown): boolean {
  if (!Array.isArray(event)) return false;
  const [ts, type, payload] = event as unknown[];
  // The range of dates: anything else would throw where it is made one.
  const hasTime = typeof ts === 'number' && Math.abs(ts) <= 8.64e15;
  return hasTime && typeof type === 'string' && eventTypes.has(type) && isRecord(payload);
}

function isOutcome(outcome: unknown): boolean {
  if (!isRecord(outcome) || !statuses.has(outcome['status']) || !isRecord(outcome['metrics'])) return false;
  const { result, error, metrics } = outcome;
  if (!Object.values(metrics).every((value) => typeof value === 'number')) return false;
  if (outcome['status'] === 'ok' ? error !== undefined : !isRecord(error)) return false;
  if (isRecord(error) && (typeof error['code'] !== 'string' || typeof error['message'] !== 'string')) return false;
  return result === undefined || isResult(result);
}

function isResult(result: unknown): result is ValuePayload {
  return isRecord(result) && typeof result['type'] === 'string' && typeof result['preview'] === 'string';
}

function isLook({ look_id, globals, completion, value, members }: Record<string, unknown>): boolean {
  const globalsFit = globals === undefined || (Array.isArray(globals) && globals.every(isVariable));
  const membersFit = members === undefined || (Array.isArray(members) && members.every(isMember));
  if (typeof look_id !== 'number' || !globalsFit || !membersFit) return false;
  return (completion === undefined || isCompletion(completion)) && (value === undefined || isValueLook(value));
}

function isVariable(variable: unknown): boolean {
  return (
    isRecord(variable) && ['name', 'scope', 'type', 'preview'].every((field) => typeof variable[field] === 'string')
  );
}

function isMember(member: unknown): boolean {
  if (!isRecord(member) || !isValueLook(member) || typeof member['name'] !== 'string') return false;
  return member['key'] === undefined || typeof member['key'] === 'string';
}

function isValueLook(value: unknown): boolean {
  return isRecord(value) && typeof value['type'] === 'string' && typeof value['preview'] === 'string';
}

function isCompletion(completion: unknown): boolean {
  if (!isRecord(completion) || !Array.isArray(completion['items'])) return false;
  const hasRange = typeof completion['from'] === 'number' && typeof completion['to'] === 'number';
  return hasRange && completion['items'].every((item) => isRecord(item) && typeof item['label'] === 'string' && typeof item['kind'] === 'string'); // prettier-ignore
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
