import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import ivm from 'isolated-vm';

/** The heap of an isolate to begin with. */
export type GuestSnapshot = ivm.ExternalCopy<ArrayBuffer>;

/** Our scripts are called so in stack traces, from which their frames are left out. */
export const GUEST_SCRIPT_NAME = 'vm-system:guest';

/**
 * What only V8 can say about a value; `guest/natives.ts` takes it from here. The parentheses make V8 compile the
 * functions at once, while it knows the syntax.
 */
const NATIVES = `
  globalThis.__vmSystemNatives = {
    isProxy: (function (value) { return %IsJSProxy(value); }),
    proxyTarget: (function (proxy) { return %JSProxyGetTarget(proxy); }),
    proxyHandler: (function (proxy) { return %JSProxyGetHandler(proxy); }),
    isSparse: (function (array) { return %HasDictionaryElements(array); }),
    runMicrotasks: (function () { %PerformMicrotaskCheckpoint(); }),
  };
  {
    const natives = globalThis.__vmSystemNatives;
    const proxy = new Proxy({}, {});
    natives.isProxy(proxy);
    natives.proxyTarget(proxy);
    natives.proxyHandler(proxy);
    natives.isSparse([]);
    natives.runMicrotasks();
  }
`;

/**
 * The heap that every guest's isolate begins with: our side of it is there already, so that a session pays nothing for
 * making it. Takes some 15 ms, once in a host, before there is any guest: V8's syntax for natives is on meanwhile.
 * @param file the script that `guest/main.ts` was bundled into
 */
export function makeGuestSnapshot(file: string): GuestSnapshot {
  const code = readFileSync(file, 'utf8');
  keepBytecode();
  setFlagsFromString('--allow-natives-syntax');
  try {
    const filename = GUEST_SCRIPT_NAME;
    return ivm.Isolate.createSnapshot([
      { code: NATIVES, filename },
      { code, filename },
    ]);
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

/** One that the build has made of the same script, by the same V8: costs neither time nor what making it leaves behind. */
export function loadGuestSnapshot(file: string): GuestSnapshot {
  keepBytecode();
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return new ivm.ExternalCopy(buffer.slice(byteOffset, byteOffset + byteLength), { transferOut: true });
}

/** A function that V8 throws away to compile it again later could not be compiled any more. */
function keepBytecode(): void {
  setFlagsFromString('--no-flush-bytecode');
}
