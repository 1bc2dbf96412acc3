import assert from 'node:assert';

export const builtIn = assert.strict;
