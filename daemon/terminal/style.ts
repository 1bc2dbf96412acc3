/** Terminal colours as functions on text; all of them leave text alone when colours are off. */
export type Style = Record<'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'magenta' | 'bold', (text: string) => string>;

const CODES = {
  dim: [2, 22],
  bold: [1, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
  magenta: [35, 39],
} as const;

export function createStyle(coloured: boolean): Style {
  const paint =
    ([open, close]: readonly [number, number]) =>
    (text: string): string =>
      coloured ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  const { dim, bold, red, yellow, green, cyan, magenta } = CODES;
  return {
    dim: paint(dim),
    bold: paint(bold),
    red: paint(red),
    yellow: paint(yellow),
    green: paint(green),
    cyan: paint(cyan),
    magenta: paint(magenta),
  };
}

/** Strings green, numbers and booleans yellow, functions cyan: what people know from other REPLs. */
export function paintValue(style: Style, type: string, preview: string): string {
  switch (type) {
    case 'string':
      return style.green(`'${preview}'`);
    case 'number':
    case 'bigint':
    case 'boolean':
      return style.yellow(preview);
    case 'undefined':
      return style.dim(preview);
    case 'null':
      return style.bold(preview);
    case 'symbol':
      return style.green(preview);
    case 'function':
      return style.cyan(preview);
    default:
      return preview;
  }
}
