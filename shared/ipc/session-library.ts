/** A library on its way into a session: one file with all that it needs. */
export type SessionLibrary = {
  /** What guest code imports it by. */
  name: string;
  version: string;
  /** The global variable that holds it, unless the session has one of this name. */
  global?: string;
  /** JavaScript: a function expression `(exports, require, module) => void`, as CommonJS has it. */
  source: string;
  /** V8's compiled form of `source`, base64; another V8 ignores it and compiles. */
  code_cache: string;
};
