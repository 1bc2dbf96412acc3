import { runMocha } from './run-mocha.ts';

/** Entry for the extension host: a window that never gets a folder, only a file. */
export function run(): Promise<void> {
  return runMocha(() => import('./file-later.suite.ts'));
}
