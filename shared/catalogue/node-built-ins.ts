/** Node's built-ins that sessions have, written in plain JavaScript: no file system, network, process or thread behind them. */
export const PURE_BUILT_INS = [
  'assert', 'assert/strict', 'buffer', 'console', 'constants', 'crypto', 'events', 'path', 'path/posix', 'process',
  'punycode', 'querystring', 'string_decoder', 'timers', 'timers/promises', 'url', 'util', 'util/types',
] as const; // prettier-ignore
export type PureBuiltIn = (typeof PURE_BUILT_INS)[number];

/** The others: programs that need them cannot run here, and are told so. */
export const REFUSED_BUILT_INS = [
  'async_hooks', 'child_process', 'cluster', 'dgram', 'diagnostics_channel', 'dns', 'dns/promises', 'domain', 'fs',
  'fs/promises', 'http', 'http2', 'https', 'inspector', 'inspector/promises', 'module', 'net', 'os', 'path/win32',
  'perf_hooks', 'readline', 'readline/promises', 'repl', 'sea', 'sqlite', 'stream', 'stream/consumers',
  'stream/promises', 'stream/web', 'sys', 'test', 'test/reporters', 'tls', 'trace_events', 'tty', 'v8', 'vm', 'wasi',
  'worker_threads', 'zlib',
] as const; // prettier-ignore
