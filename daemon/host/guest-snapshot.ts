import { setFlagsFromString } from 'node:v8';
import ivm from 'isolated-vm';
import { fs } from './node-modules.ts';

/** The heap of an isolate to begin with. */
export type SnapshotCopy = ivm.ExternalCopy<ArrayBuffer>;

/** Where the heap that guests begin with comes from: 0.7 MiB, of which a host has a copy only while it makes a guest. */
export class GuestSnapshot {
  readonly #size: number;
  readonly #fill: (target: Uint8Array) => void;

  /** @param fill puts all of it into a target, and leaves nothing behind */
  constructor(size: number, fill: (target: Uint8Array) => void) {
    this.#size = size;
    this.#fill = fill;
  }

  /**
   * @param make returns when the isolate and all contexts that it will ever have are made: V8 reads the copy for these
   * alone, and it is gone after that. (The inspector makes one of its own for breakpoints by pattern, which nobody sets.)
   */
  lend<T>(make: (copy: SnapshotCopy) => T): T {
    const buffer = new ArrayBuffer(this.#size, { maxByteLength: this.#size });
    this.#fill(new Uint8Array(buffer));
    const copy = new ivm.ExternalCopy(buffer, { transferOut: true });
    try {
      return make(copy);
    } finally {
      // The isolate holds on to it as long as it lives. Made small it stays where it is, but takes no memory.
      copy.copy({ transferIn: true }).resize(0);
    }
  }
}

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
export function makeGuestSnapshot(file: string): Uint8Array {
  const code = fs.readFileSync(file, 'utf8');
  keepBytecode();
  setFlagsFromString('--allow-natives-syntax');
  try {
    const filename = GUEST_SCRIPT_NAME;
    const scripts = [NATIVES, code].map((text) => ({ code: text, filename }));
    return new Uint8Array(ivm.Isolate.createSnapshot(scripts).copy());
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

/** One that the build has made of the same script, by the same V8: costs neither time nor what making it leaves behind. */
export function loadGuestSnapshot(file: string): GuestSnapshot {
  keepBytecode();
  return new GuestSnapshot(fs.statSync(file).size, (target) => {
    const descriptor = fs.openSync(file, 'r');
    try {
      if (fs.readSync(descriptor, target) !== target.length) throw new Error(`${file} was cut short`);
    } finally {
      fs.closeSync(descriptor);
    }
  });
}

/** A function that V8 throws away to compile it again later could not be compiled any more. */
function keepBytecode(): void {
  setFlagsFromString('--no-flush-bytecode');
}
