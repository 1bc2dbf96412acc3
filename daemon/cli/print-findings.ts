import { examine, type DoctorOptions } from '../doctor/doctor.ts';
import { EXIT } from './cli-errors.ts';
import type { Output } from './output.ts';

/** Prints what the doctor finds; returns the exit code, which is that of a failure when something is broken. */
export async function printFindings(options: DoctorOptions, output: Output): Promise<number> {
  const findings = await examine(options);
  const isBroken = findings.some(({ status }) => status === 'error');
  output.result({ ok: !isBroken, findings }, () => {
    const width = Math.max(...findings.map(({ check }) => check.length));
    for (const { check, status, found, mend } of findings) {
      output.line(`${status.padEnd(7)}  ${check.padEnd(width)}  ${found}`);
      if (mend !== undefined) output.line(`${''.padEnd(width + 11)}${mend}`);
    }
  });
  return isBroken ? EXIT.guestFailed : EXIT.done;
}
