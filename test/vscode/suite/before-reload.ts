import { runMocha } from './run-mocha.ts';

/** Entry for the extension host: leaves a run behind that goes on while the window is away. */
export function run(): Promise<void> {
  return runMocha(() => import('./before-reload.suite.ts'));
}
