import type { ExecutionEvent } from '../../shared/model/event.ts';
import { isRejection } from '../../shared/model/rejection.ts';
import { paintValue, type Style } from './style.ts';

/** Where text goes: what a program would print to its stdout and stderr. */
export type Output = { stdout(text: string): void; stderr(text: string): void };

const TO_STDERR = new Set(['error', 'warn', 'trace', 'assert']);

/** Shows events as a person wants to read them while code runs. */
export class EventPrinter {
  readonly #output: Output;
  readonly #style: Style;
  readonly #showUndefined: boolean;

  constructor(output: Output, style: Style, { showUndefined }: { showUndefined: boolean }) {
    this.#output = output;
    this.#style = style;
    this.#showUndefined = showUndefined;
  }

  print({ type, payload }: ExecutionEvent): void {
    const text = (field: string): string => (typeof payload[field] === 'string' ? payload[field] : '');
    switch (type) {
      case 'console':
        this.#console(text('level'), text('text'));
        break;
      case 'stdout':
        this.#output.stdout(text('text'));
        break;
      case 'stderr':
        this.#output.stderr(text('text'));
        break;
      case 'value':
        if (this.#showUndefined || payload['type'] !== 'undefined') {
          this.#output.stdout(`${paintValue(this.#style, text('type'), text('preview'))}\n`);
        }
        break;
      case 'exception':
        this.#output.stderr(
          `${this.#exception(text('shown') || text('stack'), text('message'), isRejection(payload))}\n`,
        );
        break;
      case 'system':
        this.#output.stderr(`${this.#style.dim(text('message'))}\n`);
        break;
      case 'input_echo':
        break;
    }
  }

  #console(level: string, text: string): void {
    if (!TO_STDERR.has(level)) this.#output.stdout(`${level === 'debug' ? this.#style.dim(text) : text}\n`);
    else this.#output.stderr(`${(level === 'error' ? this.#style.red : this.#style.yellow)(text)}\n`);
  }

  #exception(stack: string, message: string, rejected: boolean): string {
    const what = rejected ? 'Unhandled rejection: ' : 'Uncaught ';
    // The message of what is no error says already that it is uncaught.
    return `${this.#style.red(what)}${stack === '' ? message.replace(/^Uncaught /, '') : stack}`;
  }
}
