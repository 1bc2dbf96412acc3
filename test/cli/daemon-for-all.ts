import { DaemonFolder, DaemonProcess } from '../helpers/daemon-process.ts';

/** One daemon, in a folder of its own, for all tests of the `describe` that calls this; `ready` gets it before the first. */
export function daemonForAll(ready: (daemon: DaemonProcess) => void | Promise<void>): void {
  let folder: DaemonFolder;
  let daemon: DaemonProcess;
  before(async () => {
    folder = await DaemonFolder.make();
    daemon = await DaemonProcess.start(folder);
    await ready(daemon);
  });
  after(async () => {
    await daemon.end();
    await folder.remove();
  });
}
