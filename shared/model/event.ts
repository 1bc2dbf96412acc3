import { Type, type Static } from 'typebox';
import { Id, Timestamp } from './ids.ts';

/** Every kind of event with what it says; `metadata/event-types` lists this table. */
export const EVENT_TYPES = {
  input_echo: 'The code that was given to the REPL, or the path of the file that runs: {text}',
  console: 'A call of console: {level, text}',
  stdout: 'Text written to process.stdout: {text}',
  stderr: 'Text written to process.stderr: {text}',
  value: 'The completion value: {type, preview, json?}',
  exception:
    'What was thrown and not caught: {message, name?, stack?, shown?, unhandled?, origin?}; shown: with cause and properties, if it has any; unhandled: true where the execution goes on, origin: as Node calls it, uncaughtException or unhandledRejection',
  system: 'What the runtime did: {message, code?, …}',
} as const;
export type EventType = keyof typeof EVENT_TYPES;
export const EventType = Type.Enum(Object.keys(EVENT_TYPES) as EventType[]);

/** A JavaScript value as people and programs read it. `json` is left out when it cannot be represented or is large. */
export const ValuePayload = Type.Object({
  type: Type.String({ description: 'typeof, or null' }),
  preview: Type.String(),
  json: Type.Optional(Type.Unknown()),
});
export type ValuePayload = Static<typeof ValuePayload>;

export const EventPayload = Type.Record(Type.String(), Type.Unknown());
export type EventPayload = Static<typeof EventPayload>;

/** One thing that an execution did. `seq` counts 1, 2, 3 … within the execution, without a gap. */
export const ExecutionEvent = Type.Object({
  execution_id: Id,
  seq: Type.Integer({ minimum: 1 }),
  ts: Timestamp,
  type: EventType,
  payload: EventPayload,
});
export type ExecutionEvent = Static<typeof ExecutionEvent>;

/** `json` of a value is left out above this many characters of JSON text. */
export const MAX_JSON_CHARS = 65_536;
