import { GuestIsolate } from '../../daemon/host/guest-isolate.ts';
import { GuestSnapshot, makeGuestSnapshot } from '../../daemon/host/guest-snapshot.ts';
import { guestScript } from '../../daemon/runtime/guest-script.ts';

/** Makes isolates and disposes each at once, as often as the first argument says; then says so. */
const bytes = makeGuestSnapshot(guestScript());
const snapshot = new GuestSnapshot(bytes.length, (target) => { target.set(bytes); }); // prettier-ignore
const onCatastrophe = (): void => { process.exitCode = 3; }; // prettier-ignore
const count = Number(process.argv[2]);
for (let i = 0; i < count; i++) {
  const guest = await GuestIsolate.create({ memMb: 64, snapshot, onCatastrophe });
  await guest.dispose();
}
process.stdout.write(`${count} disposed`);
