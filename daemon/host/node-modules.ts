/**
 * Some modules of Node, not by `import`: that would load all that hangs on them for the names that they export. For `fs`
 * these are promises, streams and readline, a third of a MiB in each host; for `net` lists of addresses.
 */
export const fs = process.getBuiltinModule('node:fs');
export const net = process.getBuiltinModule('node:net');
