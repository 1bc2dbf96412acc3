import { columnWidth, printable } from './text-width.ts';

/** What commands print: lines and tables for people, or one JSON document for programs. */
export class Output {
  readonly json: boolean;

  constructor({ json }: { json: boolean }) {
    this.json = json;
  }

  /** One line; line breaks and control characters in names that others chose are shown, not obeyed. */
  line(text: string): void {
    process.stdout.write(`${printable(text)}\n`);
  }

  /** The API's answer as one JSON document. */
  document(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** The API's answer as it is, with --json; else what `show` prints. */
  result<T>(value: T, show: (value: T) => void): void {
    if (this.json) this.document(value);
    else show(value);
  }

  /** Aligned columns; `empty` is the sentence for no rows. */
  table(headers: readonly string[], rows: readonly (readonly string[])[], empty: string): void {
    if (rows.length === 0) {
      this.line(empty);
      return;
    }
    const all = [headers, ...rows].map((row) => row.map(printable));
    const widths = headers.map((_, column) => Math.max(...all.map((row) => columnWidth(row[column] ?? ''))));
    for (const row of all)
      this.line(
        row
          .map((cell, column) => pad(cell, widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
  }

  /** Names with values, aligned; undefined values are left out. */
  fields(fields: Readonly<Record<string, string | undefined>>): void {
    const present = Object.entries(fields).filter(([, value]) => value !== undefined);
    const width = Math.max(...present.map(([name]) => name.length)) + 1;
    for (const [name, value] of present) this.line(`${`${name}:`.padEnd(width)} ${value ?? ''}`);
  }
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - columnWidth(cell)));
}
