import mocha from 'mocha';

const { EVENT_RUN_END } = mocha.Runner.constants;

/** Time for sockets and children that a test has closed to be really gone. */
const lingerMs = 15_000;

/** mocha's spec reporter, then one closing line with the numbers; a process that something keeps alive fails instead of hanging. */
export default class ClosingLineReporter extends mocha.reporters.Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const skipped = pending > 0 ? `, ${pending} skipped` : '';
      console.log(`${passes} passed, ${failures} failed${skipped}`);
      setTimeout(failOnLeak, lingerMs).unref();
    });
  }
}

function failOnLeak() {
  const resources = process.getActiveResourcesInfo().join(', ');
  console.error(`The tests are over, but something still keeps their process alive: ${resources}`);
  // mocha sets the exit code to the number of failures in its own exit listener; ours comes after it.
  process.once('exit', () => (process.exitCode = 1));
  process.exit();
}
