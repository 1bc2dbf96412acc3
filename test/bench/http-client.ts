import { Agent, request } from 'node:http';

/** A small keep-alive JSON client: what it costs is the same for every server that is measured. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #url: URL;
  readonly #headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.#url = new URL(url);
    this.#headers = headers;
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#send('POST', path, JSON.stringify(body));
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#send('PATCH', path, JSON.stringify(body));
  }

  get<T>(path: string): Promise<T> {
    return this.#send('GET', path);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send<T>(method: string, path: string, body?: string): Promise<T> {
    const headers =
      body === undefined
        ? this.#headers
        : { ...this.#headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.#url), { method, agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 0) >= 400) reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
          else resolve(JSON.parse(text) as T);
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
