/**
 * How a runtime host asks the daemon for modules. A host has no file system: it names what the guest wants, and the
 * daemon resolves, reads and answers with everything that is likely to be asked for next, so that a graph of modules
 * costs one round trip and not one for each. Requests come from an untrusted process and are checked as such.
 */

/** How the specifier came up: both ways have their own rules in Node. */
export type ImportKind = 'import' | 'require';

export type ModuleWish = {
  kind: ImportKind;
  specifier: string;
  /** file:// URL of the importing file; empty for REPL input, which imports as a file in the worktree's root would. */
  referrer: string;
};

/** Host → daemon. At most `MAX_LOADS` of a session may be under way. */
export type LoadRequest = {
  id: number;
  /** The execution's first request: files that were handed out before are looked at again. */
  fresh: boolean;
  wishes: ModuleWish[];
  /** URLs of files, handed out before, whose text is needed once more. */
  again: string[];
};

/** Daemon → host. */
export type LoadReply = {
  id: number;
  /** URLs of files that are no longer what was handed out. */
  changed: string[];
  /** One for each wish, in the same order. */
  targets: ModuleTarget[];
  /** What the host does not have yet: the targets, and what they seem to import in turn. */
  files: ModuleFile[];
};

/** `builtin`: a package's `imports` map led to a built-in of Node, which is the host's to give or to refuse. */
export type ModuleTarget = { url: string } | { builtin: string } | ModuleFailure;

/** `code` is what Node gives to such an error; the message names the specifier and the importing file. */
export type ModuleFailure = { code: ModuleFailureCode; message: string };

export type ModuleFailureCode =
  | 'ERR_MODULE_NOT_FOUND'
  | 'MODULE_NOT_FOUND'
  | 'ERR_PACKAGE_PATH_NOT_EXPORTED'
  | 'ERR_PACKAGE_IMPORT_NOT_DEFINED'
  | 'ERR_INVALID_PACKAGE_CONFIG'
  | 'ERR_INVALID_MODULE_SPECIFIER'
  | 'ERR_UNSUPPORTED_ESM_URL_SCHEME'
  | 'ERR_UNKNOWN_FILE_EXTENSION'
  | 'ERR_ACCESS_DENIED'
  | 'ERR_INVALID_TYPESCRIPT_SYNTAX'
  | 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
  | 'ERR_LOAD_FAILED';

/** `detect`: JavaScript whose syntax decides, an ES module when it has import or export, else CommonJS. */
export type ModuleFormat = 'module' | 'commonjs' | 'json' | 'detect';

export type ModuleFile = {
  url: string;
  format: ModuleFormat;
  /** JavaScript or JSON: types are stripped already, with every position kept. */
  source: string;
  /** Specifiers found in the text, with the URL each leads to. A guess: neither complete nor all of it used. */
  links: ModuleLink[];
};

export type ModuleLink = [kind: ImportKind, specifier: string, url: string];

/** Requests of one session under way at once; a guest cannot ask for more at a time. */
export const MAX_LOADS = 64;
/** Wishes in one request, and characters of a specifier. */
export const MAX_WISHES = 5_000;
export const MAX_SPECIFIER_CHARS = 4_096;
