type ErrorRow = {
  /** HTTP status of the answer. */
  readonly http: number;
  /** JSON-RPC error code: one positive number a row, never used again for another. */
  readonly rpc: number;
  readonly description: string;
};

/** The one table of errors that a request can end with. docs/api-reference.md repeats it; a test compares them. */
export const ERROR_CODES = {
  VALIDATION_ERROR: { http: 400, rpc: 1001, description: 'A field is missing or has a value that is not allowed.' },
  INVALID_REQUEST: { http: 400, rpc: 1002, description: 'The body is not JSON, or has a field that does not exist.' },
  UNAUTHORIZED: { http: 401, rpc: 1101, description: 'The request needs a bearer token; `vm-system token` prints it.' },
  ORIGIN_NOT_ALLOWED: {
    http: 403,
    rpc: 1102,
    description: 'The request came from a web page or names a foreign host.',
  },
  TEMPLATE_NOT_FOUND: { http: 404, rpc: 1201, description: 'No template has this id.' },
  SESSION_NOT_FOUND: { http: 404, rpc: 1202, description: 'No session has this id.' },
  EXECUTION_NOT_FOUND: { http: 404, rpc: 1203, description: 'No execution has this id.' },
  CAPABILITY_NOT_FOUND: { http: 404, rpc: 1204, description: 'The template has no capability with this id.' },
  STARTUP_FILE_NOT_FOUND: { http: 404, rpc: 1205, description: 'The template has no startup file with this id.' },
  MODULE_NOT_FOUND: { http: 404, rpc: 1206, description: 'No such module in the catalogue, or not on the template.' },
  LIBRARY_NOT_FOUND: {
    http: 404,
    rpc: 1207,
    description: 'The registry has no such library, or the template does not.',
  },
  FILE_NOT_FOUND: { http: 404, rpc: 1208, description: 'The file does not exist in the worktree.' },
  ROUTE_NOT_FOUND: { http: 404, rpc: 1209, description: 'No route or method has this name.' },
  SESSION_NOT_READY: { http: 409, rpc: 1301, description: 'The session is starting, crashed or closed.' },
  SESSION_BUSY: { http: 409, rpc: 1302, description: 'The session runs another execution; one runs at a time.' },
  TEMPLATE_NAME_TAKEN: { http: 409, rpc: 1303, description: 'Another template has this name.' },
  EXECUTION_NOT_RUNNING: { http: 409, rpc: 1304, description: 'The execution has ended already.' },
  PAYLOAD_TOO_LARGE: { http: 413, rpc: 1401, description: 'The body is larger than the limit.' },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, rpc: 1402, description: 'The body must be application/json.' },
  INVALID_PATH: { http: 422, rpc: 1501, description: 'The path is absolute, leaves the worktree or is not a file.' },
  OUTPUT_LIMIT_EXCEEDED: {
    http: 422,
    rpc: 1502,
    description: 'The execution made more events or output than allowed.',
  },
  MODULE_NOT_ALLOWED: { http: 422, rpc: 1503, description: 'The name is a JavaScript built-in, not a host module.' },
  LIBRARY_NOT_CACHED: { http: 422, rpc: 1504, description: 'A library of the template is not in the cache.' },
  STARTUP_FAILED: { http: 422, rpc: 1505, description: 'A startup file failed; the session crashed.' },
  STARTUP_MODE_UNSUPPORTED: {
    http: 422,
    rpc: 1506,
    description: 'A startup file is to be imported, and the template has ES modules off.',
  },
  ENGINE_UNSUPPORTED: { http: 422, rpc: 1507, description: 'The engine is unknown; v8 is the one there is.' },
  WORKTREE_NOT_FOUND: { http: 422, rpc: 1508, description: 'The worktree is not an existing folder.' },
  IMPORT_FAILED: { http: 422, rpc: 1509, description: 'A module could not be resolved or loaded.' },
  SESSION_LIMIT_REACHED: { http: 503, rpc: 1601, description: 'The daemon holds as many sessions as it may.' },
  SHUTTING_DOWN: { http: 503, rpc: 1602, description: 'The daemon is stopping.' },
  STORAGE_UNAVAILABLE: {
    http: 507,
    rpc: 1603,
    description: 'The database cannot be written: the disk is full or read-only.',
  },
  INTERNAL: { http: 500, rpc: 1900, description: 'Something went wrong inside; the log has it under the request id.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Codes with which an execution can end instead of a value; they are not errors of the request. */
export const OUTCOME_CODES = {
  JS_EXCEPTION: 'The code threw and nothing caught it.',
  IMPORT_FAILED: 'A module could not be found, read, compiled or connected, and nothing caught that.',
  EXEC_TIMEOUT: 'The execution took longer than wall_ms.',
  CPU_LIMIT_EXCEEDED: 'The execution used more CPU time than cpu_ms.',
  CANCELLED: 'The execution was cancelled or interrupted.',
  MEMORY_LIMIT_EXCEEDED: 'The session needed more memory than mem_mb; the session crashed.',
  OUTPUT_LIMIT_EXCEEDED: 'The execution made more events than max_events or more output than max_output_kb.',
  HOST_DIED: 'The runtime host or the daemon ended while the execution ran.',
} as const;
export type OutcomeCode = keyof typeof OUTCOME_CODES;
