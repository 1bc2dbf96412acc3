/** What commands print: lines and tables for people, or one JSON document for programs. */
export class Output {
  readonly json: boolean;

  constructor({ json }: { json: boolean }) {
    this.json = json;
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** The API's answer as it is, with --json; else what `show` prints. */
  result<T>(value: T, show: (value: T) => void): void {
    if (this.json) this.line(JSON.stringify(value, null, 2));
    else show(value);
  }

  /** Aligned columns; `empty` is the sentence for no rows. */
  table(headers: readonly string[], rows: readonly (readonly string[])[], empty: string): void {
    if (rows.length === 0) {
      this.line(empty);
      return;
    }
    const all = [headers, ...rows];
    const widths = headers.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
    for (const row of all) {
      this.line(
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
      );
    }
  }

  /** Names with values, aligned; undefined values are left out. */
  fields(fields: Readonly<Record<string, string | undefined>>): void {
    const present = Object.entries(fields).filter(([, value]) => value !== undefined);
    const width = Math.max(...present.map(([name]) => name.length)) + 1;
    for (const [name, value] of present) this.line(`${`${name}:`.padEnd(width)} ${value ?? ''}`);
  }
}
