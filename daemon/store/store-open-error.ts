/** Why a database is refused: what a caller may want to tell apart. */
export type StoreOpenReason =
  /** Written by a later version of vm-system. */
  | 'newer'
  /** Not a database, or one that is torn. */
  | 'damaged'
  /** A database of another program. */
  | 'foreign'
  /** Another daemon owns it. */
  | 'in_use'
  /** The path is not one where a database can be. */
  | 'path'
  /** It could not be written or read. */
  | 'storage';

/** The database cannot be opened. The message is one sentence for a person; a database that was refused is untouched. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
  readonly reason: StoreOpenReason;

  constructor(reason: StoreOpenReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
