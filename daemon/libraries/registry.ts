import type { extract, manifest } from 'pacote';
import { VmError } from '../../shared/errors/vm-error.ts';
import type { NpmOptions } from './npm-options.ts';

/** The parts of a package's registry entry that matter here. */
export type PackageManifest = {
  name: string;
  version: string;
  description?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  /** Where the registry says that the package is, and what it vouches for. */
  resolved: string;
  integrity: string;
};

type Pacote = { extract: typeof extract; manifest: typeof manifest };

/** The npm registry that the user's npm is set up for, and what to do when it does not answer. */
export class Registry {
  readonly #options: NpmOptions;
  readonly #pacote: Pacote;

  private constructor(options: NpmOptions, pacote: Pacote) {
    this.#options = { ...options, packumentCache: new Map() };
    this.#pacote = pacote;
  }

  /** Loads pacote only now: a daemon that fetches nothing never pays for it. */
  static async open(options: NpmOptions): Promise<Registry> {
    const { default: pacote } = await import('pacote');
    return new Registry(options, pacote);
  }

  /**
   * The entry of the newest version that fits `wanted` (a version, range or tag).
   * Throws LIBRARY_NOT_FOUND when there is none, LIBRARY_NOT_CACHED when the registry cannot be asked.
   */
  async manifest(name: string, wanted = ''): Promise<PackageManifest> {
    const spec = wanted === '' ? name : `${name}@${wanted}`;
    const manifest = await this.#ask(spec, () => this.#pacote.manifest(spec, this.#options));
    // The published types promise a checksum; registries do not.
    const { _resolved: resolved, _integrity: integrity } = manifest as { _resolved: string; _integrity?: string };
    if (integrity === undefined) {
      throw new VmError('LIBRARY_NOT_CACHED', `The registry vouches for no checksum of ${spec}; it cannot be used.`, {
        name,
      });
    }
    return { ...(manifest as Omit<PackageManifest, 'resolved' | 'integrity'>), resolved, integrity };
  }

  /** Unpacks the package into a folder, and refuses content that is not what the registry vouched for. */
  async extract({ name, version, resolved, integrity }: PackageManifest, folder: string): Promise<void> {
    const spec = `${name}@${version}`;
    await this.#ask(spec, () => this.#pacote.extract(spec, folder, { ...this.#options, resolved, integrity }));
  }

  async #ask<Answer>(spec: string, question: () => Promise<Answer>): Promise<Answer> {
    try {
      return await question();
    } catch (error) {
      throw explain(spec, error as NodeJS.ErrnoException);
    }
  }
}

function explain(spec: string, error: NodeJS.ErrnoException): VmError {
  const { code } = error;
  if (code === 'E404' || code === 'ETARGET') {
    const what = code === 'E404' ? `no package for ${spec}` : `no version that fits ${spec}`;
    return new VmError('LIBRARY_NOT_FOUND', `The registry has ${what}.`, { name: spec }, { cause: error });
  }
  const sentence = code === 'EINTEGRITY' ? 'is not what the registry vouched for' : 'could not be fetched';
  return new VmError(
    'LIBRARY_NOT_CACHED',
    `${spec} ${sentence}: ${firstLine(error.message)}`,
    { name: spec, ...(code === undefined ? {} : { cause: code }) },
    { cause: error },
  );
}

/** npm's messages go on with advice about npm itself. Credentials in an address are nobody's business. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\/\/[^/@\s]*@/g, '//');
}
