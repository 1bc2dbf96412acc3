type Require = (specifier: string) => unknown;
type Wrapper = (exports: object, require: Require, module: { exports: unknown }) => void;

/** What the host calls in the guest to fill and to ask the session's libraries. */
export type GuestLibraryFunctions = {
  /** Runs a library's code. */
  evaluate(name: string, global: string, wrapper: Wrapper): void;
  exportsOf(name: string): unknown;
  /** All are loaded. From here on they can require what the session can: before, there may be none to ask. */
  open(): void;
};

/** Sent to the guest as text: it may use nothing but what every JavaScript context has, and keeps hold of that. */
export function makeLibraries(): GuestLibraryFunctions {
  const { defineProperty, hasOwn } = Object;
  const { apply } = Reflect;
  const loaded = { __proto__: null } as unknown as Record<string, unknown>;
  const { require: sessionRequire } = globalThis as unknown as { require: Require };
  let isOpen = false;

  const requireFor =
    (library: string): Require =>
    (specifier) => {
      if (hasOwn(loaded, specifier)) return loaded[specifier];
      if (isOpen) return sessionRequire(specifier);
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
    },
    exportsOf: (name) => loaded[name],
    open: () => {
      isOpen = true;
    },
  };
}
