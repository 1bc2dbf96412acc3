import type { CallError } from '../../shared/ipc/call-messages.ts';

/** What the template does not allow. The guest sees the message, and so does the audit. */
export class Denied extends Error {
  readonly capability: string;
  readonly need: string | undefined;
  readonly reason: string;

  /** @param need the command that would allow it; absent: nothing does */
  constructor(what: string, capability: string, need?: string) {
    super(need === undefined ? what : `${what}; allow it with: ${need}`);
    this.capability = capability;
    this.need = need;
    this.reason = what;
  }
}

/** An error of a module's own, with the code that Node gives to it. */
export class ModuleError extends Error {
  readonly details: Record<string, unknown>;
  override readonly name: 'Error' | 'TypeError' | 'RangeError';

  constructor(
    code: string,
    message: string,
    details: { name?: 'TypeError' | 'RangeError'; [more: string]: unknown } = {},
  ) {
    const { name = 'Error', ...more } = details;
    super(message);
    this.name = name;
    this.details = { code, ...more };
  }
}

export function wrongType(name: string, expected: string): ModuleError {
  return new ModuleError('ERR_INVALID_ARG_TYPE', `The "${name}" argument must be ${expected}`, { name: 'TypeError' });
}

/** How an error travels. Never a stack: it would tell where we live. */
export function toCallError(error: unknown): CallError {
  if (error instanceof Denied)
    return { name: 'Error', code: 'ERR_ACCESS_DENIED', message: error.message, capability: error.capability };
  if (error instanceof ModuleError) return { name: error.name, message: error.message, code: '', ...error.details };
  const { message, code } = error as NodeJS.ErrnoException;
  return { name: 'Error', message: message.slice(0, 2000), code: typeof code === 'string' ? code : 'ERR_HOST_MODULE' };
}

export function addCapability(kind: string, name: string, config: unknown): string {
  return `vm-system template add-capability TEMPLATE --kind ${kind} --name ${name} --config '${JSON.stringify(config)}'`;
}
