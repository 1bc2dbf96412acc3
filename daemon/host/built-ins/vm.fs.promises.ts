// The very object of the module that the session's template allows.
import fs from 'node:fs';

export const builtIn = fs.promises;
