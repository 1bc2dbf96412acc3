import { defineHidden } from './define.ts';
import { LINE_POSITION, STATEMENT_POSITION } from './line-script.ts';
import { ErrorCtor, errorToString, stringIndexOf, stringSlice, stringStartsWith } from './primordials.ts';

/** Names of our own scripts begin so; their frames are not for users to see. */
const OWN_SCRIPTS = 'vm-system:';

/** V8's description of one frame. */
type CallSite = { getScriptNameOrSourceURL(): unknown; toString(): string };

/**
 * Makes stack traces without frames of ours. V8 calls `Error.prepareStackTrace` when a stack is read first; guests may
 * put their own function there, as in Node, and then see every frame.
 */
export function installStackTraces(): void {
  defineHidden(ErrorCtor, 'prepareStackTrace', function prepareStackTrace(error: object, frames: CallSite[]): string {
    let text = headerOf(error);
    for (let i = 0; i < frames.length; i++) {
      const frame = frames[i] as CallSite;
      if (isOwn(frame)) continue;
      text += `\n    at ${frameText(frame)}`;
    }
    return text;
  });
}

function headerOf(error: object): string {
  try {
    return errorToString(error);
  } catch {
    return '<error>';
  }
}

/** The methods of a frame live on a prototype that guests can reach, and one that was tampered with may answer anything. */
function isOwn(frame: CallSite): boolean {
  try {
    const name = frame.getScriptNameOrSourceURL();
    return typeof name === 'string' && stringStartsWith(name, OWN_SCRIPTS);
  } catch {
    return false;
  }
}

function frameText(frame: CallSite): string {
  try {
    const text = frame.toString();
    const at = stringIndexOf(text, STATEMENT_POSITION);
    if (at < 0) return text;
    return stringSlice(text, 0, at) + LINE_POSITION + stringSlice(text, at + STATEMENT_POSITION.length);
  } catch {
    return '<frame>';
  }
}
