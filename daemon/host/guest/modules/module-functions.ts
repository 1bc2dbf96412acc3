/** What a module's text sees in the place of `import`: the function, with `meta` as its property. */
export type ImportFunction = ((specifier: unknown, options?: unknown) => Promise<unknown>) & { meta: object };

/** Node's `module`, as far as programs look at it. */
export type CommonJsModule = {
  id: string;
  path: string;
  exports: unknown;
  filename: string;
  loaded: boolean;
  children: CommonJsModule[];
  paths: string[];
  parent: CommonJsModule | undefined;
  require: Require;
};
export type Require = ((specifier: unknown) => unknown) & {
  resolve: (specifier: unknown) => string;
  cache: Record<string, CommonJsModule | undefined>;
  main: CommonJsModule | undefined;
};

/** What the text of a CommonJS module is compiled to. */
export type Wrapper = (
  exports: unknown,
  require: Require,
  module: CommonJsModule,
  filename: string,
  dirname: string,
  /** Undefined for a text that does not use it. */
  importFunction: ImportFunction | undefined,
  internals: unknown,
) => void;
