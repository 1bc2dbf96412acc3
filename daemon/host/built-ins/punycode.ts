import punycode from 'punycode/punycode.js';

export const builtIn = punycode;
