import { statSync } from 'node:fs';
import { failure, ok, reasonOf, size, type Finding } from './finding.ts';

const MEND = {
  damaged: 'stop the daemon, keep the file for later, and put a backup in its place (vm-system ops backup makes them)',
  newer: 'update vm-system, or name another database with --db',
  foreign: 'name another database with --db',
} as const;

/** Every page, row and reference of the database, read beside a daemon that goes on writing. */
export async function checkDatabase(path: string): Promise<Finding> {
  const name = 'database';
  // A first start that was cut short leaves an empty file, which the next one fills.
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return ok(name, `${path} does not exist yet; the first daemon makes it`);
  try {
    const { examineDatabase } = await import('../store/examine-database.ts');
    const { size_bytes, schema_version, executions, sessions } = examineDatabase(path);
    const holds = `${sessions} sessions, ${executions} executions`;
    return ok(name, `${path} is sound: ${size(size_bytes)}, schema ${schema_version}, ${holds}`);
  } catch (error) {
    const { reason } = error as { reason?: unknown };
    const mend = MEND[reason as keyof typeof MEND] as string | undefined;
    return failure(name, reasonOf(error), mend ?? 'see what the system says, and the finding on permissions');
  }
}
