import { tools } from './tools.ts';

/** Sequences that begin and end a style: `util.inspect.colors`. */
export const colors: Readonly<Record<string, readonly [number, number]>> = {
  reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], blink: [5, 25], inverse: [7, 27],
  hidden: [8, 28], strikethrough: [9, 29], doubleunderline: [21, 24], black: [30, 39], red: [31, 39], green: [32, 39],
  yellow: [33, 39], blue: [34, 39], magenta: [35, 39], cyan: [36, 39], white: [37, 39], gray: [90, 39],
  redBright: [91, 39], greenBright: [92, 39], yellowBright: [93, 39], blueBright: [94, 39], magentaBright: [95, 39],
  cyanBright: [96, 39], whiteBright: [97, 39], bgBlack: [40, 49], bgRed: [41, 49], bgGreen: [42, 49],
  bgYellow: [43, 49], bgBlue: [44, 49], bgMagenta: [45, 49], bgCyan: [46, 49], bgWhite: [47, 49], bgGray: [100, 49],
}; // prettier-ignore

const SEQUENCES =
  /[\u001b\u009b](?:\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[[()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~])/g;

export function stripVTControlCharacters(text: unknown): string {
  if (typeof text !== 'string') throw new TypeError('The "str" argument must be of type string.');
  return text.replace(SEQUENCES, '');
}

type StyleOptions = { validateStream?: boolean; stream?: { isTTY?: boolean } };

/** Text between the sequences of its styles; without them when the stream, by default stdout, is no terminal. */
export function styleText(format: string | readonly string[], text: string, options: StyleOptions = {}): string {
  const { validateStream = true, stream = (tools.process as { stdout: StyleOptions['stream'] }).stdout } = options;
  let before = '';
  let after = '';
  for (const name of typeof format === 'string' ? [format] : format) {
    if (name === 'none') continue;
    const codes = Object.hasOwn(colors, name) ? colors[name] : undefined;
    if (codes === undefined) {
      const error = new TypeError(`The argument 'format' must be one of: ${Object.keys(colors).join(', ')}`);
      throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
    }
    before += `\u001b[${codes[0]}m`;
    after = `\u001b[${codes[1]}m${after}`;
  }
  return validateStream && stream?.isTTY !== true ? text : before + text + after;
}
