import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import { realpath } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { formatLibrary } from '../../shared/catalogue/libraries.ts';
import { VmError } from '../../shared/errors/vm-error.ts';
import type { PackageTree } from './package-tree.ts';

/** Every session that has the library is sent this much, at most. */
const MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

export type Bundle = {
  /** CommonJS: the body of a function of `exports`, `require` and `module`. */
  text: string;
  /** What it asks `require` for when it runs, sorted. */
  externals: string[];
};

/** Makes one file of a package and what it needs. No code of any package is run. Throws LIBRARY_NOT_CACHED. */
export async function bundle({ root, folder }: PackageTree): Promise<Bundle> {
  const esbuild = await import('esbuild');
  const place = await realpath(folder);
  const externals = new Set<string>();
  const outcome = await esbuild
    .build({
      absWorkingDir: place,
      entryPoints: [root.name],
      bundle: true,
      write: false,
      format: 'cjs',
      // A session is no Node: packages that have something for browsers mean something without Node's modules.
      platform: 'browser',
      target: 'esnext',
      charset: 'utf8',
      // Half the size to send and to read; names stay, for stack traces.
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: 'inline',
      define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
      // No tsconfig.json that lies further up.
      tsconfigRaw: {},
      logLevel: 'silent',
      plugins: [resolvePlugin(root.name, await realpath(`${place}/..`), externals)],
    })
    .catch((error: unknown) => {
      throw cannotBundle(formatLibrary(root), error as Error);
    });
  const text = outcome.outputFiles[0]?.text ?? '';
  if (Buffer.byteLength(text) > MAX_BUNDLE_BYTES) {
    const limit = MAX_BUNDLE_BYTES / 1024 / 1024;
    throw cannotBundle(formatLibrary(root), new Error(`the bundle is larger than ${limit} MiB`));
  }
  return { text, externals: [...externals].sort() };
}

/** Marks questions that the plugin itself asks, so that it does not answer them. */
const OURS = Symbol('asked by the resolve plugin');

/**
 * Resolves as esbuild does, within the tree. What is not in it (Node's modules, peers that are optional, something that
 * happens to be installed further up) stays a `require` that may fail when, and if, that line is run.
 */
function resolvePlugin(entry: string, tree: string, externals: Set<string>): Plugin {
  const resolveEntry = async (build: PluginBuild, resolveDir: string): Promise<OnResolveResult> => {
    // What `require` gives is what defines the usual global; a package for `import` alone is taken as that.
    const asRequired = await build.resolve(entry, { kind: 'require-call', resolveDir, pluginData: OURS });
    if (asRequired.errors.length === 0) return asRequired;
    return build.resolve(entry, { kind: 'import-statement', resolveDir, pluginData: OURS });
  };
  const resolveOther = async (build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult> => {
    const { importer, namespace, resolveDir, kind } = args;
    const found = await build.resolve(args.path, { importer, namespace, resolveDir, kind, pluginData: OURS });
    const isInTree = found.path.startsWith(tree) || found.namespace !== 'file';
    if (found.errors.length === 0 && !found.external && isInTree && !isBuiltin(found.path)) return found;
    externals.add(args.path);
    return { path: args.path, external: true };
  };
  return {
    name: 'tree',
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => {
        if (args.pluginData === OURS) return undefined;
        return args.kind === 'entry-point' ? resolveEntry(build, args.resolveDir) : resolveOther(build, args);
      });
    },
  };
}

function cannotBundle(library: string, error: Error): VmError {
  const reason = error.message.replaceAll('\n', ' ').trim();
  return new VmError(
    'LIBRARY_NOT_CACHED',
    `${library} cannot be made one file: ${reason}`,
    { name: library },
    { cause: error },
  );
}
