/** What one check found. An error keeps vm-system from working; a warning does not. */
export type Finding = {
  check: string;
  status: 'ok' | 'warning' | 'error';
  /** What was found, a sentence for people. */
  found: string;
  /** What to do about it. */
  mend?: string;
};

/** One look at one thing. It changes nothing, and throws only by a mistake of ours. */
export type Check = () => Finding | Promise<Finding>;

export function ok(check: string, found: string): Finding {
  return { check, status: 'ok', found };
}

export function warning(check: string, found: string, mend: string): Finding {
  return { check, status: 'warning', found, mend };
}

export function failure(check: string, found: string, mend: string): Finding {
  return { check, status: 'error', found, mend };
}

/** The first line of what an error says, without the stack that Node puts into some. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

/** `1.5 GiB`, `300 MiB` */
export function size(bytes: number): string {
  const mib = bytes / 1_048_576;
  return mib >= 1_024 ? `${(mib / 1_024).toFixed(1)} GiB` : `${mib < 10 ? mib.toFixed(1) : Math.round(mib)} MiB`;
}
