/**
 * JavaScript's own functions as they are before any guest code runs. Code of ours that lives in the guest's realm uses
 * these: a guest may replace `Map.prototype.get`, and would then be handed what we keep in a map.
 */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- its type is what it returns
export function captureIntrinsics() {
  const { apply, defineProperty, deleteProperty, get, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const { get: weakGet, set: weakSet } = WeakMap.prototype;
  const { add, has } = WeakSet.prototype;
  const { parse, stringify } = JSON;
  const { freeze, setPrototypeOf } = Object;
  const { slice } = String.prototype;
  return {
    __proto__: null,
    apply,
    defineProperty,
    deleteProperty,
    getOwnPropertyDescriptor,
    ownKeys,
    get,
    parseJson: (text: string): unknown => apply(parse, JSON, [text]) as unknown,
    quote: (text: string): string => apply(stringify, JSON, [text]),
    freeze,
    slice: (text: string, start: number, end: number): string => apply(slice, text, [start, end]),
    weakGet: <Key extends object, Value>(map: WeakMap<Key, Value>, key: Key): Value | undefined =>
      apply(weakGet, map, [key]) as Value | undefined,
    weakSet: <Key extends object, Value>(map: WeakMap<Key, Value>, key: Key, value: Value): void => {
      apply(weakSet, map, [key, value]);
    },
    weakAdd: (set: WeakSet<object>, key: object): void => {
      apply(add, set, [key]);
    },
    weakHas: (set: WeakSet<object>, key: object): boolean => apply(has, set, [key]),
    /** An array that inherits nothing: writing to it meets no setter of the guest's. */
    list: <Item>(): Item[] => setPrototypeOf([], null) as Item[],
    WeakMap,
    WeakSet,
    Error,
    SyntaxError,
    TypeError,
    Promise,
    SuppressedErrorPrototype: (globalThis as unknown as { SuppressedError: { prototype: object } }).SuppressedError
      .prototype,
    dispose: Symbol.dispose,
  };
}
export type Intrinsics = ReturnType<typeof captureIntrinsics>;
