import path from 'node:path';

export const builtIn = path.posix;
