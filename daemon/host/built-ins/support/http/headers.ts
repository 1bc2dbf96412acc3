const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Of a value, around it. */
const BLANKS = /^[\t\n\r ]+|[\t\n\r ]+$/g;

export type HeadersInput = Headers | Iterable<readonly [string, string]> | Record<string, string>;

/** Names of any case, with their values. */
export class Headers {
  readonly #values = new Map<string, string[]>();

  constructor(init?: HeadersInput) {
    if (init === undefined) return;
    if (typeof init !== 'object' || (init as unknown) === null) throw new TypeError('Headers are made of an object or of pairs'); // prettier-ignore
    const pairs = Symbol.iterator in init ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name: string, value: string): void {
    const key = nameOf(name);
    this.#values.set(key, [...(this.#values.get(key) ?? []), valueOf(key, value)]);
  }

  set(name: string, value: string): void {
    const key = nameOf(name);
    this.#values.set(key, [valueOf(key, value)]);
  }

  get(name: string): string | null {
    return this.#values.get(nameOf(name))?.join(', ') ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(nameOf(name));
  }

  delete(name: string): void {
    this.#values.delete(nameOf(name));
  }

  getSetCookie(): string[] {
    return [...(this.#values.get('set-cookie') ?? [])];
  }

  forEach(call: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) call.call(self, value, name, this);
  }

  *entries(): Generator<[string, string]> {
    for (const name of [...this.#values.keys()].sort()) {
      const values = this.#values.get(name) ?? [];
      // The only one whose values may have commas of their own.
      for (const value of name === 'set-cookie' ? values : [values.join(', ')]) yield [name, value];
    }
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }

  readonly [Symbol.toStringTag] = 'Headers';

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return Object.fromEntries([...this.#values].map(([name, values]) => [name, values.join(', ')]));
  }
}

function nameOf(name: unknown): string {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`Header name must be a valid HTTP token ["${text}"]`);
  return text.toLowerCase();
}

function valueOf(name: string, value: unknown): string {
  const text = String(value).replace(BLANKS, '');
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code > 255 || code === 0 || code === 10 || code === 13)
      throw new TypeError(`Invalid character in header content ["${name}"]`);
  }
  return text;
}
