import { tools } from './support/tools.ts';

export const builtIn = tools.process;
