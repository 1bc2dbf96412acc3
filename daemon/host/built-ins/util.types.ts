import { checks } from './support/types.ts';

export const builtIn = checks;
