type Require = (specifier: string) => unknown;
type Wrapper = (exports: object, require: Require, module: { exports: unknown }) => void;

/** What the host calls in the guest to fill and to ask the session's libraries. */
export type GuestLibraryFunctions = {
  /** Runs a library's code and gives the names of what it exports. */
  evaluate(name: string, global: string, wrapper: Wrapper): string[];
  exportsOf(name: string): unknown;
  /** From here on libraries can require what the session can. */
  setRequire(require: Require): void;
};

/** Sent to the guest as text: it may use nothing but what every JavaScript context has, and keeps hold of that. */
export function makeLibraries(): GuestLibraryFunctions {
  const { defineProperty, getOwnPropertyNames, hasOwn } = Object;
  const { apply } = Reflect;
  const loaded = { __proto__: null } as unknown as Record<string, unknown>;
  let sessionRequire: Require | undefined;

  const requireFor =
    (library: string): Require =>
    (specifier) => {
      if (hasOwn(loaded, specifier)) return loaded[specifier];
      if (sessionRequire !== undefined) return sessionRequire(specifier);
      const error = new Error(`Cannot find module '${specifier}', which the library ${library} asks for`);
      throw defineProperty(error, 'code', { value: 'MODULE_NOT_FOUND', configurable: true, writable: true });
    };

  return {
    evaluate: (name, global, wrapper) => {
      const module = { exports: {} as unknown };
      apply(wrapper, module.exports, [module.exports, requireFor(name), module]);
      const { exports } = module;
      loaded[name] = exports;
      if (global !== '' && !(global in globalThis)) {
        const value = { value: exports, writable: true, configurable: true, enumerable: false };
        defineProperty(globalThis, global, value);
      }
      const isObject = (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
      return isObject ? getOwnPropertyNames(exports) : [];
    },
    exportsOf: (name) => loaded[name],
    setRequire: (require) => {
      sessionRequire = require;
    },
  };
}
