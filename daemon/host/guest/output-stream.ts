import { wrongArgument } from './coded-error.ts';
import { sendLine } from './host-link.ts';
import { MAX_TEXT_LENGTH } from './inspect/inspect.ts';
import { apply, stringSlice, typedArrayTag } from './primordials.ts';
import { queueMicrotask } from './timers.ts';
import { decodeUtf8 } from './web/utf8.ts';

/** What of a writable stream is left when every text is taken at once. */
export type OutputStream = {
  fd: number;
  writable: true;
  isTTY: false;
  columns: number;
  write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean;
  end(chunk?: unknown): OutputStream;
};

/** process.stdout or process.stderr: each text is an event of the execution. */
export function makeOutputStream(kind: 'stdout' | 'stderr', fd: number): OutputStream {
  const stream: OutputStream = {
    fd,
    writable: true,
    isTTY: false,
    columns: 80,
    write: (chunk, encoding, callback) => {
      send(kind, textOf(chunk));
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function')
        queueMicrotask(() => apply<unknown, never[], unknown>(done as () => unknown, undefined, []));
      return true;
    },
    end: (chunk) => {
      if (chunk !== undefined) send(kind, textOf(chunk));
      return stream;
    },
  };
  return stream;
}

function send(kind: 'stdout' | 'stderr', text: string): void {
  for (let start = 0; start < text.length; start += MAX_TEXT_LENGTH) {
    sendLine(kind, stringSlice(text, start, start + MAX_TEXT_LENGTH));
  }
}

function textOf(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk;
  if (typedArrayTag(chunk) !== 'Uint8Array')
    throw wrongArgument('chunk', 'of type string or an instance of Uint8Array');
  const bytes = chunk as Uint8Array;
  return decodeUtf8(bytes, 0, bytes.length) ?? '';
}
