/** Raised when a client of the version before would misunderstand this daemon, or the other way round. */
export const PROTOCOL_VERSION = 1;
