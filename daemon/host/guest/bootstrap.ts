import { makeConsole } from './console.ts';
import { makeFormat } from './format.ts';
import { makeInspect } from './inspect.ts';
import { layOut } from './layout.ts';
import { makeTools } from './tools.ts';

/**
 * The script that prepares a guest's context. Its parts are ordinary functions that are sent as text, so each may use
 * only its parameters and what every JavaScript context has. `$0` and `$1` are the host's callbacks.
 */
export function bootstrapText(): string {
  return `
    const layOut = ${layOut.toString()};
    const inspect = (${makeInspect.toString()})(layOut);
    const format = (${makeFormat.toString()})(inspect);
    const makeConsole = ${makeConsole.toString()};
    Object.defineProperty(globalThis, 'console', {
      value: makeConsole($0, $1, format, inspect), writable: true, configurable: true, enumerable: false,
    });
    globalThis.tools = (${makeTools.toString()})(inspect);
  `;
}
