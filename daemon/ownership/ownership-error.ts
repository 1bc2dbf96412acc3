/** A data directory cannot be owned or its daemon not be reached; the message says why, and what to do. */
export class OwnershipError extends Error {
  override readonly name = 'OwnershipError';
}
