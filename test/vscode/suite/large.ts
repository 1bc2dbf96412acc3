import { runMocha } from './run-mocha.ts';

/** Entry for the extension host: a window whose daemon has been used for long. */
export function run(): Promise<void> {
  return runMocha(() => import('./large.suite.ts'));
}
