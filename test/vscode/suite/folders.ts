import { runMocha } from './run-mocha.ts';

/** Entry for the extension host: a window with two folders. */
export function run(): Promise<void> {
  return runMocha(() => import('./two-folders.suite.ts'));
}
