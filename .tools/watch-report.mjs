import path from 'node:path';

/**
 * Says on one line each when the builds of a watch begin, what is wrong and when they have ended: as the problem matcher in
 * .vscode/tasks.json reads it. Several bundles that build at once are one build to whoever reads.
 * @param {(line: string) => void} print
 * @returns {import('esbuild').Plugin}
 */
export function watchReport(print) {
  let running = 0;
  let errors = 0;
  return {
    name: 'watch-report',
    setup({ onStart, onEnd, initialOptions: { absWorkingDir = '.' } }) {
      onStart(() => {
        if (running === 0) print('build started');
        if (running === 0) errors = 0;
        running += 1;
      });
      onEnd((result) => {
        for (const message of result.errors) print(describe('error', message, absWorkingDir));
        for (const message of result.warnings) print(describe('warning', message, absWorkingDir));
        running -= 1;
        errors += result.errors.length;
        if (running === 0) print(`build finished with ${errors} error${errors === 1 ? '' : 's'}, watching for changes`);
      });
    },
  };
}

/**
 * @param {'error' | 'warning'} severity
 * @param {import('esbuild').Message} message
 * @param {string} folder
 */
function describe(severity, { text, location }, folder) {
  const { file = 'package.json', line = 1, column = 0 } = location ?? {};
  return `${path.resolve(folder, file)}:${line}:${column + 1}: ${severity}: ${text}`;
}
