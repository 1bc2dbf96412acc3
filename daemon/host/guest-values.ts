import { MAX_EVENT_TEXT, MAX_JSON_CHARS } from '../../shared/ipc/host-messages.ts';
import type { ValuePayload } from '../../shared/model/event.ts';
import type { RemoteObject } from './inspector.ts';

/** JSON nested deeper than this is left out: everything that it passes through works recursively. */
const MAX_JSON_DEPTH = 200;

/** A value with the text that counts as output. */
export type DescribedValue = { payload: ValuePayload; text: string };

/** Whether the guest itself has to describe the value. */
export function needsGuest(value: RemoteObject): boolean {
  return value.objectId !== undefined && value.type !== 'symbol';
}

/** A primitive, described without the guest. */
export function describePrimitive(value: RemoteObject): DescribedValue {
  if (value.type === 'string') return describeString(String(value.value));
  const preview = value.unserializableValue ?? value.description ?? String(value.value);
  const type = value.subtype === 'null' ? 'null' : value.type;
  const hasJson = value.unserializableValue === undefined && type !== 'undefined' && type !== 'symbol';
  return { payload: { type, preview, ...(hasJson ? { json: value.value } : {}) }, text: preview };
}

function describeString(text: string): DescribedValue {
  // Two characters are the quotes; whether escapes make it too long needs the JSON itself.
  const fits = text.length + 2 <= MAX_JSON_CHARS && JSON.stringify(text).length <= MAX_JSON_CHARS;
  return { payload: { type: 'string', preview: cutText(text), ...(fits ? { json: text } : {}) }, text };
}

/** What the guest's `describe` tool said. The guest may have tampered with it: anything odd is replaced. */
export function describeObject(value: RemoteObject, answer: unknown): DescribedValue {
  const { preview, json } = parseRecord(answer);
  const shown = typeof preview === 'string' ? preview : (value.description ?? value.className ?? value.type);
  const payload: ValuePayload = { type: value.type, preview: cutText(shown) };
  if (typeof json !== 'string' || json.length > MAX_JSON_CHARS || depthOf(json) > MAX_JSON_DEPTH) {
    return { payload, text: shown };
  }
  try {
    payload.json = JSON.parse(json) as unknown;
  } catch {
    // Not JSON after all.
  }
  return { payload, text: json.length > shown.length ? json : shown };
}

/** What the guest itself has cut ends with a count. */
const CUT_NOTE_CHARS = 40;

/** Texts of events are bounded, so that no single message is huge. */
export function cutText(text: string): string {
  if (text.length <= MAX_EVENT_TEXT + CUT_NOTE_CHARS) return text;
  return `${text.slice(0, MAX_EVENT_TEXT)}... ${text.length - MAX_EVENT_TEXT} more characters`;
}

function parseRecord(text: unknown): Record<string, unknown> {
  if (typeof text !== 'string') return {};
  try {
    const record: unknown = JSON.parse(text);
    return typeof record === 'object' && record !== null ? { ...record } : {};
  } catch {
    return {};
  }
}

/** Deepest nesting of a JSON text, without parsing it. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}
