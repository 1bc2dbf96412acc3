/** How an inspected object is put on lines, as Node does it: short ones on one, arrays in columns. Sent to the guest as text. */
export type LayOut = (entries: string[], shape: Shape) => string;

export type Shape = {
  /** Before the brackets: `Foo`, `Map(2)`, or nothing. */
  prefix: string;
  brackets: readonly [string, string];
  /** The elements of an array, for grouping in columns; numbers are aligned to the right. */
  elements: readonly unknown[] | undefined;
  indentation: number;
  /** Levels of objects inside this one: only the innermost three may share a line. */
  levelsInside: number;
};

export function layOut(entries: string[], shape: Shape): string {
  const lineWidth = 80;
  const maxElements = 100;
  const { prefix, brackets, elements, indentation, levelsInside } = shape;
  const [open, close] = brackets;
  const start = prefix === '' ? open : `${prefix} ${open}`;
  if (entries.length === 0) return `${start}${close}`;

  const columnsOf = (widths: number[], widest: number, total: number): number => {
    const cell = widest + 2;
    const bias = Math.max(cell - 3 - Math.sqrt(Math.max(cell - total / entries.length, 0)), 1);
    const square = Math.round(Math.sqrt(2.5 * bias * widths.length) / bias);
    return Math.min(square, Math.floor((lineWidth - indentation) / cell), 12, 15);
  };

  const group = (values: readonly unknown[]): string[] => {
    const cut = values.length > maxElements ? entries.length - 1 : entries.length;
    const widths = entries.slice(0, cut).map((entry) => entry.length);
    const widest = Math.max(...widths);
    const total = widths.reduce((sum, width) => sum + width + 2, 0);
    const cell = widest + 2;
    if (cell * 3 + indentation >= lineWidth || (total / cell <= 5 && widest > 6)) return entries;
    const columns = columnsOf(widths, widest, total);
    if (columns <= 1) return entries;
    const columnWidths = Array.from({ length: columns }, (_, column) =>
      Math.max(...widths.filter((_width, index) => index % columns === column)),
    );
    const toRight = values.every((value) => typeof value === 'number' || typeof value === 'bigint');
    const rows: string[] = [];
    for (let row = 0; row < cut; row += columns) {
      const cells = entries.slice(row, Math.min(row + columns, cut)).map((entry, column, all) => {
        const width = columnWidths[column] ?? 0;
        const last = column === all.length - 1;
        if (toRight) return `${entry.padStart(width)}${last ? '' : ', '}`;
        return last ? entry : `${entry}, `.padEnd(width + 2);
      });
      rows.push(cells.join(''));
    }
    return [...rows, ...entries.slice(cut)];
  };

  const lines = elements !== undefined && entries.length > 6 ? group(elements) : entries;
  if (levelsInside < 3 && lines === entries) {
    const length = lines.reduce((sum, line) => sum + line.length + 2, 0) + indentation + start.length + 10;
    const fits = length <= lineWidth && !lines.some((line) => line.includes('\n'));
    if (fits) return `${start} ${lines.join(', ')} ${close}`;
  }
  const indent = `\n${' '.repeat(indentation)}`;
  return `${start}${indent}  ${lines.join(`,${indent}  `)}${indent}${close}`;
}
