import { Type, type Static } from 'typebox';

export const Health = Type.Object({ status: Type.Literal('ok') });

/** What is alive in memory now, not what rows say. */
export const RuntimeSummary = Type.Object({
  active_sessions: Type.Integer(),
  active_session_ids: Type.Array(Type.String(), { description: 'sorted' }),
});
export type RuntimeSummary = Static<typeof RuntimeSummary>;
