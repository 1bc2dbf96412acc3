/**
 * The floor's child process: a bare isolate whose inspector evaluates what it is sent in REPL mode, as is the least that
 * a REPL needs (a plain script knows no redeclaration and no top-level await). Run with --no-node-snapshot.
 */
import ivm from 'isolated-vm';

const isolate = new ivm.Isolate({ memoryLimit: 128, inspector: true });
const context = isolate.createContextSync({ inspector: true });
const inspector = isolate.createInspectorSession();
let contextId = 0;

inspector.onNotification = (message) => {
  const { method, params } = JSON.parse(message) as {
    method: string;
    params: { context?: { id: number; name: string } };
  };
  if (method === 'Runtime.executionContextCreated' && params.context?.name === '<isolated-vm>') {
    contextId = params.context.id;
    process.send?.({ ready: true });
  }
};
inspector.onResponse = (id, message) => {
  const { result } = JSON.parse(message) as { result: { result?: { value: unknown } } };
  if (id > 0) process.send?.({ id, value: result.result?.value });
};

function dispatch(id: number, method: string, params: object): void {
  inspector.dispatchProtocolMessage(JSON.stringify({ id, method, params }));
  context.evalIgnored('0');
}

dispatch(0, 'Runtime.enable', {});
process.on('message', ({ id, input }: { id: number; input: string }) => {
  dispatch(id, 'Runtime.evaluate', { expression: input, replMode: true, contextId });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
