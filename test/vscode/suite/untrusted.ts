import { runMocha } from './run-mocha.ts';

/** Entry for the extension host: a window that is not trusted. */
export function run(): Promise<void> {
  return runMocha(() => import('./untrusted.suite.ts'));
}
