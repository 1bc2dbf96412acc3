import fc, { type Arbitrary } from 'fast-check';

const KINDS = ['template', 'session', 'execution', 'capability', 'startup_file'] as const;
type Kind = (typeof KINDS)[number];

/** More would make what is asked for mostly old, and ended. */
const KEPT = 12;

/** Stands in generated calls for whatever has the nth id of its kind when the call is made. */
const PLACE = /^@live:(\w+):(\d+)$/;

/** Ids of what the daemon has, as its answers told of them. */
export class LiveIds {
  readonly #ids: Record<Kind, string[]> = {
    template: [],
    session: [],
    execution: [],
    capability: [],
    startup_file: [],
  };

  /** Learns what an answer, or a list of it, has the id of. */
  learn(answer: unknown): void {
    for (const each of Array.isArray(answer) ? answer.slice(-KEPT) : [answer]) {
      const kind = kindOf(each);
      if (kind === undefined) continue;
      const ids = this.#ids[kind];
      const { id } = each as { id: string };
      if (!ids.includes(id)) ids.push(id);
      if (ids.length > KEPT) ids.shift();
    }
  }

  /** What an error says is not there is asked for no more. */
  forget(details: Record<string, unknown>): void {
    for (const kind of KINDS) {
      const id = details[`${kind}_id`];
      this.#ids[kind] = this.#ids[kind].filter((each) => each !== id);
    }
  }

  /** The value with ids in all their places. Fields keep their order, and `__proto__` stays a field. */
  fill(value: unknown): unknown {
    if (typeof value === 'string') return this.#fillText(value);
    if (Array.isArray(value)) return value.map((each) => this.fill(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.fill(each)]));
  }

  #fillText(text: string): string {
    const [, kind, index] = PLACE.exec(text) ?? [];
    if (kind === undefined) return text;
    const ids = this.#ids[kind as Kind];
    return ids[Number(index) % Math.max(1, ids.length)] ?? '01890f3a-0000-7000-8000-000000000000';
  }
}

/** An id of this kind that exists; now and then one that does not, or of something else. */
export function idOf(kind: Kind): Arbitrary<string> {
  const live = (each: Kind): Arbitrary<string> => fc.nat(KEPT - 1).map((index) => `@live:${each}:${index}`);
  return fc.oneof(
    { arbitrary: live(kind), weight: 12 },
    { arbitrary: fc.constantFrom(...KINDS).chain(live), weight: 1 },
    { arbitrary: fc.uuid(), weight: 1 },
  );
}

function kindOf(value: unknown): Kind | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  if ('engine' in value) return 'template';
  if ('worktree_path' in value) return 'session';
  if ('metrics' in value) return 'execution';
  if ('enabled' in value) return 'capability';
  return 'order_index' in value ? 'startup_file' : undefined;
}
