/** What a line of the guest's is; both sides know the kinds by their place here. */
export const LINE_KINDS = [
  ...(['log', 'info', 'warn', 'error', 'debug', 'trace', 'stdout', 'stderr', 'exception'] as const),
  'exit-code',
] as const;
export type LineKind = (typeof LINE_KINDS)[number];
