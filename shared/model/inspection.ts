import { Type, type Static } from 'typebox';

/** A variable of a session: `lexical` for let, const and class of the top level, `global` for properties of globalThis. */
export const GlobalVariable = Type.Object({
  name: Type.String(),
  scope: Type.Enum(['lexical', 'global']),
  type: Type.String({ description: 'typeof; or null; or accessor: a getter is not run' }),
  preview: Type.String(),
});
export type GlobalVariable = Static<typeof GlobalVariable>;

/** What the session's own code has defined, by name. */
export const Globals = Type.Object({ globals: Type.Array(GlobalVariable) });
export type Globals = Static<typeof Globals>;

/** A value as it is now: what typeof says of it (or null, class, accessor), and one line of it. */
export const ValueLook = Type.Object({ type: Type.String(), preview: Type.String() });
export type ValueLook = Static<typeof ValueLook>;

/** What a value has itself: a property, an element of a list, or an entry of a Map or Set, which is called `[[0]]`, `[[1]]`, …. */
export const Member = Type.Object({
  name: Type.String(),
  key: Type.Optional(Type.String({ description: "One line of the key of a Map's entry" })),
  ...ValueLook.properties,
});
export type Member = Static<typeof Member>;

/** The first of them, up to 100. */
export const Members = Type.Object({ members: Type.Array(Member) });
export type Members = Static<typeof Members>;

export const CompleteRequest = Type.Object(
  {
    input: Type.String({ maxLength: 100_000 }),
    cursor: Type.Integer({ minimum: 0, description: 'Offset in UTF-16 code units; at most the length of input' }),
  },
  { additionalProperties: false },
);
export type CompleteRequest = Static<typeof CompleteRequest>;

export const CompletionItem = Type.Object({
  label: Type.String(),
  kind: Type.Enum(['variable', 'property', 'method', 'function', 'class', 'keyword']),
  preview: Type.Optional(Type.String()),
});
export type CompletionItem = Static<typeof CompletionItem>;

/** What could stand in the input between `from` and `to`. */
export const Completion = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  items: Type.Array(CompletionItem),
});
export type Completion = Static<typeof Completion>;
