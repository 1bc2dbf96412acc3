import { tmpdir } from 'node:os';
import type { Runtime } from '../runtime/runtime.ts';
import { DEFAULT_SETTINGS } from '../../shared/model/settings.ts';
import { failure, ok, reasonOf, type Finding } from './finding.ts';

/** Those for which isolated-vm has a binary. */
const FITTING_MAJORS = [24, 26];

const INSTALL = "install vm-system's packages again: npm ci --ignore-scripts, in its folder";

/** The Node that this process, and so every daemon that it starts, runs on. */
export function checkNode(version = process.versions.node): Finding {
  const where = `Node ${version} (${process.execPath})`;
  if (FITTING_MAJORS.includes(Number(version.split('.', 1)[0]))) return ok('node', where);
  return failure(
    'node',
    `${where} does not fit`,
    'start vm-system by its launcher, ./vm-system, which finds one that does',
  );
}

/** Loads the native module, in this very process. */
export async function checkSqlite(): Promise<Finding> {
  try {
    const { sqliteVersion } = await import('../store/sqlite-version.ts');
    return ok('sqlite', `SQLite ${sqliteVersion()}`);
  } catch (error) {
    return failure('sqlite', `better-sqlite3 cannot be loaded: ${reasonOf(error)}`, INSTALL);
  }
}

/** The whole way of guest code: a host process with isolated-vm, a session in it, and an answer from there. */
export async function checkHost(): Promise<Finding> {
  const started = performance.now();
  let runtime: Runtime | undefined;
  try {
    const { createRuntime } = await import('../runtime/create-runtime.ts');
    const listener = {
      onEvents: (_id: string, _events: unknown, stored: () => void) => {
        stored();
      },
      beginBackground: () => 'background',
      endBackground: () => undefined,
      onSessionLost: () => undefined,
    };
    runtime = createRuntime({ spareHosts: 0 }, listener);
    const answer = await ask(runtime);
    if (answer === '42')
      return ok('host', `a session starts and answers within ${Math.round(performance.now() - started)} ms`);
    return failure('host', `a session answers "${answer}" and not 42`, INSTALL);
  } catch (error) {
    return failure('host', `no session can start: ${lastWords(error) ?? reasonOf(error)}`, INSTALL);
  } finally {
    await runtime?.dispose();
  }
}

async function ask(runtime: Runtime): Promise<string | undefined> {
  const session_id = 'doctor';
  const settings = DEFAULT_SETTINGS;
  await runtime.open({
    ...{ session_id, template_id: session_id, settings, worktree_path: tmpdir() },
    ...{ modules: [], libraries: [], capabilities: [] },
  });
  const { result, error } = await runtime.run(session_id, {
    ...{ execution_id: session_id, kind: 'repl', source: '6 * 7' },
    ...{ args: [], env: {}, limits: settings.limits },
  });
  return result?.preview ?? error?.message;
}

/** What a host that ended by itself has said about it. */
function lastWords(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'string' ? cause.split('\n').find((line) => line.includes('Error: ')) : undefined;
}
