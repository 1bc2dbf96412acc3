import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Runtime hosts let others go first, so that a machine that is busy with other things would be measured otherwise. */
const HOST_NICENESS = 5;

/** How long a new Node, already running, takes to import a file, and the file's default export. */
export async function importInNode(file: string): Promise<{ ms: number; value: unknown }> {
  const child = fork(join(import.meta.dirname, 'import-child.ts'), { execArgv: ['--no-warnings'] });
  await once(child, 'message');
  setPriority(child.pid ?? 0, HOST_NICENESS);
  child.send(pathToFileURL(file).href);
  const [answer] = (await once(child, 'message')) as [{ ms: number; value: unknown }];
  return answer;
}
