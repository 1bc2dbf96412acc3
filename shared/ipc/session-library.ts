/** A library on its way into a session: one file with all that it needs. */
export type SessionLibrary = {
  /** What guest code imports it by. */
  name: string;
  version: string;
  /** The global variable that holds it, unless the session has one of this name. */
  global?: string;
  /** SHA-512 of the bundle, hex: the same code has the same. */
  sha512: string;
  /** JavaScript: a function expression `(exports, require, module) => void`, as CommonJS has it. */
  source: string;
};
