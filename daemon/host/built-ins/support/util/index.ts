import { tools } from '../tools.ts';
import { checks } from '../types.ts';

/** What the package `assert` needs of `util`; not the whole of it, which needs `assert`'s comparisons. */
export const inspect = tools.inspect;
export const types = checks;
