/** The floor's child process: a bare isolate that evaluates what it is sent. Run with --no-node-snapshot. */
import ivm from 'isolated-vm';

const isolate = new ivm.Isolate({ memoryLimit: 128 });
const context = isolate.createContextSync();

process.on('message', ({ id, input }: { id: number; input: string }) => {
  void context.eval(input, { timeout: 5000 }).then((value: unknown) => process.send?.({ id, value }));
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send?.({ ready: true });
