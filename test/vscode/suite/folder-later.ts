import { runMocha } from './run-mocha.ts';

/** Entry for the extension host: a window that has no folder yet. */
export function run(): Promise<void> {
  return runMocha(() => import('./folder-later.suite.ts'));
}
