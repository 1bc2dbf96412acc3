import type { EventPayload, EventType } from '../../shared/model/event.ts';
import { cutText } from './guest-values.ts';
import { LINE_KINDS } from './guest/line-kinds.ts';
import { exitCodeNote } from './stop-reasons.ts';

/** An event with the text that counts as output. */
export type LineEvent = { type: EventType; payload: EventPayload; text: string };

/** What a line of the guest's says. */
export function lineEvent(number: number, text: string): LineEvent {
  const kind = LINE_KINDS[number] ?? 'log';
  switch (kind) {
    case 'stdout':
    case 'stderr':
      return { type: kind, payload: { text: cutText(text) }, text };
    case 'exception':
      return { type: 'exception', payload: exceptionPayload(text), text: '' };
    case 'exit-code':
      return { type: 'system', payload: exitCodeNote(Number(text)), text: '' };
    default:
      return { type: 'console', payload: { level: kind, text: cutText(text) }, text };
  }
}

/** Our own code in the guest has made the text: JSON with texts of bounded length. */
function exceptionPayload(text: string): EventPayload {
  try {
    const payload: unknown = JSON.parse(text);
    return typeof payload === 'object' && payload !== null ? { ...payload } : {};
  } catch {
    return { message: 'Uncaught [object]', unhandled: true, origin: 'uncaughtException' };
  }
}
