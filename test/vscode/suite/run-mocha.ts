import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { GREP, RESULTS_FILE, type SuiteResult } from '../harness/suite-result.ts';

/** A machine with two busy cores may take its time; what hangs is found by this as well. */
const TEST_MS = 120_000;

/** Runs the tests that `load` defines, inside of the extension host, and leaves the results in a file. */
export async function runMocha(load: () => Promise<unknown>): Promise<void> {
  const grep = process.env[GREP];
  const mocha = new Mocha({ timeout: TEST_MS, reporter: 'min', ui: 'bdd', ...(grep === undefined ? {} : { grep }) });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await load();
  const results: SuiteResult[] = [];
  const note = (test: Mocha.Runnable, error?: Error): void => {
    const failure = error === undefined ? {} : { error: error.stack ?? String(error) };
    results.push({ title: test.titlePath(), ms: test.duration ?? 0, ...failure });
  };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => {
      resolve();
    });
    runner.on('pass', (test) => {
      note(test);
    });
    runner.on('fail', (test: Mocha.Runnable, error: Error) => {
      note(test, error);
    });
    runner.on('pending', (test) => {
      note(test, new Error('it was skipped'));
    });
  });
  const file = process.env[RESULTS_FILE];
  if (file === undefined) throw new Error(`${RESULTS_FILE} is not set`);
  writeFileSync(file, JSON.stringify(results));
}
