import assert from 'assert/build/assert.js';

export const builtIn = assert;
