import type { Browser } from 'playwright-core';
import type { VsCodeServer } from './vs-code-server.ts';

export type ExtensionHostRun = {
  /** Folder of the extension under development. */
  extension: string;
  /** CommonJS module that exports `run(): Promise<void>`. */
  suite: string;
  /** Folder that is opened. */
  folder: string;
  env?: Record<string, string>;
  timeoutMs: number;
};

/** Runs a suite inside a real extension host; resolves with its exit code and what it printed. */
export async function runInExtensionHost(
  browser: Browser,
  server: VsCodeServer,
  { extension, suite, folder, env = {}, timeoutMs }: ExtensionHostRun,
): Promise<{ code: number; log: string[] }> {
  const page = await browser.newPage();
  const log: string[] = [];
  let deadline: NodeJS.Timeout | undefined;
  try {
    const exit = new Promise<number>((resolve, reject) => {
      deadline = setTimeout(() => {
        reject(new Error(`the extension host did not finish within ${timeoutMs} ms:\n${log.join('\n')}`));
      }, timeoutMs);
      // The page calls these two by name; they must be there before it loads.
      void page.exposeFunction('codeAutomationExit', (code: number) => {
        resolve(code);
      });
    });
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      log.push(args.map(String).join(' '));
    });
    const payload = [
      ['extensionDevelopmentPath', server.remoteUri(extension)],
      ['extensionTestsPath', server.remoteUri(suite)],
      ['extensionEnvironment', JSON.stringify(env)],
    ] as const;
    await page.goto(server.url({ folder }, payload));
    return { code: await exit, log };
  } finally {
    clearTimeout(deadline);
    await page.close();
  }
}
