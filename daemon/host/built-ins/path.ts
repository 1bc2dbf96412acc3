import path from 'path-browserify';

// The package has no others; a worktree's paths need none.
export const builtIn = Object.assign(path, { toNamespacedPath: (name: unknown): unknown => name });
