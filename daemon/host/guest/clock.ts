import { askHost } from './host-link.ts';

/** Milliseconds of a clock that never goes back. */
export const now = (): number => askHost('now');
