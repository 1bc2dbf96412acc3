import { Type, type Static } from 'typebox';
import { Id, Timestamp } from './ids.ts';

export const SESSION_STATUSES = ['starting', 'ready', 'crashed', 'closed'] as const;
export const SessionStatus = Type.Enum(SESSION_STATUSES);
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** One live isolate made from a template and bound to a worktree. `vm_id` repeats `template_id` for older clients. */
export const Session = Type.Object({
  id: Id,
  template_id: Id,
  vm_id: Id,
  workspace_id: Type.String(),
  base_commit_oid: Type.String(),
  worktree_path: Type.String(),
  status: SessionStatus,
  created_at: Timestamp,
  updated_at: Timestamp,
  goes_on: Type.Optional(
    Type.Boolean({
      description: 'Only where one session is asked for: timers and the like go on that executions have left behind',
    }),
  ),
  closed_at: Type.Optional(Timestamp),
  last_error: Type.Optional(
    Type.String({ description: 'Why the session crashed, or why it was closed for its owner' }),
  ),
});
export type Session = Static<typeof Session>;

const CorrelationText = Type.String({ minLength: 1, maxLength: 1024 });

export const CreateSession = Type.Object(
  {
    template_id: Id,
    workspace_id: CorrelationText,
    base_commit_oid: CorrelationText,
    worktree_path: Type.String({ minLength: 1, maxLength: 4096, description: 'Absolute path of an existing folder' }),
  },
  { additionalProperties: false },
);
export type CreateSession = Static<typeof CreateSession>;
