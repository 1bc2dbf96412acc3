import { runMocha } from './run-mocha.ts';

/** Entry for the extension host: everything in a trusted window with one folder. */
export function run(): Promise<void> {
  return runMocha(async () => {
    await import('./run-file.suite.ts');
    await import('./session-tree.suite.ts');
    await import('./template-tree.suite.ts');
    await import('./variable-tree.suite.ts');
    await import('./language.suite.ts');
    await import('./repl.suite.ts');
    await import('./daemon.suite.ts');
    // Looks back at what the others have used.
    await import('./manifest.suite.ts');
  });
}
