import fc from 'fast-check';
import { guestCode, hostileStrings } from './hostile-values.ts';
import { idOf } from './live-ids.ts';
import type { Hints } from './schema-values.ts';

/** Files of the worktree that the daemon under test is given; see FuzzDaemon. */
export const FILES = {
  'ok.js': 'console.log("ran", typeof args); 42',
  'throws.js': 'throw new TypeError("wanted")',
  'module.mjs': 'export const x = await import("./ok.js")',
  'typed.ts': 'const x: number = 1; x',
  'broken.js': 'let a = ;',
  'folder/inner.cjs': 'module.exports = require("../ok.js")',
} as const;

/** What the fields of requests mean, where their schemas cannot say it. Worktree and backups are filled in by the daemon's fixture. */
export const HINTS: Hints = {
  template_id: idOf('template'),
  session_id: idOf('session'),
  execution_id: idOf('execution'),
  capability_id: idOf('capability'),
  startup_file_id: idOf('startup_file'),
  input: guestCode,
  path: fc.oneof(
    { arbitrary: fc.constantFrom(...Object.keys(FILES)), weight: 6 },
    {
      arbitrary: fc.constantFrom('missing.js', 'folder', '../outside.js', 'folder/../ok.js', 'zero', 'link.js'),
      weight: 2,
    },
    { arbitrary: hostileStrings, weight: 1 },
  ),
  worktree_path: fc.oneof(
    { arbitrary: fc.constant('@worktree'), weight: 8 },
    { arbitrary: fc.constantFrom('/dev', '/', '/proc/self', '/nowhere', 'relative', '@worktree/ok.js'), weight: 1 },
  ),
  name: fc.oneof(
    fc.constantFrom(
      'fs',
      'database',
      'json',
      'console',
      'lodash',
      'lodash@4.17.21',
      'lodash-4.17.21',
      'nowhere',
      '@a/b@^1',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  ),
  engine: fc.constantFrom('v8', 'goja', 'quickjs'),
  // A session that takes a gigabyte, or ten million events, is for tests of limits.
  mem_mb: fc.integer({ min: 8, max: 256 }),
  max_events: fc.integer({ min: 1, max: 1_000 }),
  wall_ms: fc.integer({ min: 1, max: 300 }),
  cpu_ms: fc.integer({ min: 1, max: 300 }),
  max_output_kb: fc.integer({ min: 1, max: 64 }),
};
