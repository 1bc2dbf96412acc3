import type { ModulePolicy } from '../../shared/ipc/call-messages.ts';
import type { SessionSpec } from './runtime.ts';

/** What a session's host modules may do: what the template says when the session opens. */
export function policyOf({ worktree_path, modules }: SessionSpec): ModulePolicy {
  const hasFiles = modules.includes('fs');
  return {
    worktree: worktree_path,
    modules: [...modules],
    fs: { worktree: hasFiles ? 'rw' : 'none', roots: [] },
    net: [],
    exec: {},
    env: {},
  };
}
