/**
 * Node's `fs`, not by `import`: that would load all that hangs on it (promises, streams, readline) for the names that the
 * module exports, a third of a MiB in each host.
 */
export const fs = process.getBuiltinModule('node:fs');
