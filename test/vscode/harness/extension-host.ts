import type { BrowserContext, Page } from 'playwright-core';
import type { VsCodeServer } from './vs-code-server.ts';

/** What the workbench tells its page: how the tests ended, and what they printed. */
type Driver = { exited: (code: number) => void; log: string[] };

export type ExtensionHostRun = {
  /** Folder of the extension under development. */
  extension: string;
  /** CommonJS module that exports `run(): Promise<void>`. */
  suite: string;
  /** What is opened. */
  target: { folder: string } | { workspace: string };
  timeoutMs: number;
};

/** A page whose workbench runs suites in a real extension host, one after the other; another run is a reload of the window. */
export class SuitePage {
  readonly context: BrowserContext;
  readonly #page: Page;
  readonly #server: VsCodeServer;
  readonly #driver: Driver;

  private constructor(page: Page, server: VsCodeServer, driver: Driver) {
    this.context = page.context();
    this.#page = page;
    this.#server = server;
    this.#driver = driver;
  }

  static async open(context: BrowserContext, server: VsCodeServer): Promise<SuitePage> {
    const page = await context.newPage();
    const driver: Driver = { exited: () => undefined, log: [] };
    // The page calls these two by name; they must be there before it loads.
    await page.exposeFunction('codeAutomationExit', (code: number) => {
      driver.exited(code);
    });
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      driver.log.push(args.map(String).join(' '));
    });
    return new SuitePage(page, server, driver);
  }

  /** What was printed since the page was opened. */
  get log(): string {
    return this.#driver.log.join('\n');
  }

  /** Runs a suite; resolves with its exit code. */
  async run({ extension, suite, target, timeoutMs }: ExtensionHostRun): Promise<number> {
    const exit = Promise.withResolvers<number>();
    const deadline = setTimeout(() => {
      exit.reject(new Error(`the extension host did not finish within ${timeoutMs} ms:\n${this.log}`));
    }, timeoutMs);
    this.#driver.exited = exit.resolve;
    const payload = [
      ['extensionDevelopmentPath', this.#server.remoteUri(extension)],
      ['extensionTestsPath', this.#server.remoteUri(suite)],
    ] as const;
    try {
      await this.#page.goto(this.#server.url(target, payload), { timeout: timeoutMs });
      return await exit.promise;
    } finally {
      clearTimeout(deadline);
    }
  }
}
