import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { makeTarball } from './tarball.ts';

/** A package to serve: fields of its package.json, and its other files. */
export type TestPackage = {
  name: string;
  version: string;
  files: Readonly<Record<string, string>>;
  manifest?: Readonly<Record<string, unknown>>;
};

type Served = { tarball: Buffer; manifest: Record<string, unknown> };

/** An npm registry on loopback that serves what the test gives it, and remembers what it was asked. */
export class TestRegistry {
  readonly url: string;
  /** Method, path and credentials of every request, in order. */
  readonly requests: { url: string; authorization: string | undefined }[] = [];
  /** Requests without these credentials are refused, when set. */
  authorization: string | undefined;
  /** Sent instead of the tarball of `name@version`, to play a registry that was tampered with. */
  readonly replacedTarballs = new Map<string, Buffer>();
  readonly #server: Server;
  readonly #packages = new Map<string, Map<string, Served>>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}/`;
  }

  static async start(packages: readonly TestPackage[]): Promise<TestRegistry> {
    const server = createServer((request, response) => {
      registry.#answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const registry = new TestRegistry(server, typeof address === 'object' ? (address?.port ?? 0) : 0);
    packages.forEach((each) => {
      registry.publish(each);
    });
    return registry;
  }

  publish({ name, version, files, manifest = {} }: TestPackage): void {
    const packageJson = { name, version, ...manifest };
    const tarball = makeTarball({ 'package.json': JSON.stringify(packageJson), ...files });
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const path = `${encodeURIComponent(name)}/-/${version}.tgz`;
    const dist = { tarball: `${this.url}${path}`, integrity, ...(manifest['dist'] as object | undefined) };
    const versions = this.#packages.get(name) ?? new Map<string, Served>();
    this.#packages.set(name, versions.set(version, { tarball, manifest: { ...packageJson, dist } }));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '/' } = request;
    const { authorization } = request.headers;
    this.requests.push({ url, authorization });
    if (this.authorization !== undefined && authorization !== this.authorization) {
      response.writeHead(401).end('{}');
      return;
    }
    const [name = '', version] = decodeURIComponent(url.slice(1)).split('/-/');
    const versions = this.#packages.get(name);
    if (versions === undefined) response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    else if (version === undefined) this.#answerPackument(name, versions, response);
    else this.#answerTarball(name, version.replace(/\.tgz$/, ''), versions, response);
  }

  #answerPackument(name: string, versions: ReadonlyMap<string, Served>, response: ServerResponse): void {
    const latest = [...versions.keys()].at(-1);
    const manifests = Object.fromEntries([...versions].map(([version, { manifest }]) => [version, manifest]));
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ name, 'dist-tags': { latest }, versions: manifests }));
  }

  #answerTarball(name: string, version: string, versions: ReadonlyMap<string, Served>, response: ServerResponse): void {
    const tarball = this.replacedTarballs.get(`${name}@${version}`) ?? versions.get(version)?.tarball;
    if (tarball === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(tarball);
  }
}
