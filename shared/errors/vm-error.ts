import type { ErrorCode } from './error-codes.ts';

/** An error that a caller is meant to read: a code of the error table, a sentence that says what to do, and context. */
export class VmError extends Error {
  override readonly name = 'VmError';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** The body of every error answer. */
export type ErrorEnvelope = {
  error: { code: string; message: string; details: Record<string, unknown> };
};
