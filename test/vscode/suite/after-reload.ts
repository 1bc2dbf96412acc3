import { runMocha } from './run-mocha.ts';

/** Entry for the extension host: the same window again. */
export function run(): Promise<void> {
  return runMocha(() => import('./after-reload.suite.ts'));
}
