import { chromium, type Browser, type Page } from 'playwright-core';
import type { VsCodeInstall } from './vs-code-install.ts';

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A busy machine of two cores needs some seconds to start a browser, and more to show a workbench. */
const LAUNCH_MS = 60_000;
const WORKBENCH_MS = 90_000;

/** A browser that shows workbenches; each page has a profile of its own. */
export async function launchBrowser(install: VsCodeInstall): Promise<Browser> {
  const { path, env } = install.chromium;
  return chromium.launch({
    executablePath: path,
    headless: true,
    args: CHROMIUM_FLAGS,
    timeout: LAUNCH_MS,
    env: { ...(process.env as Record<string, string>), ...env },
  });
}

/** Opens a workbench and waits until it can be used. */
export async function openWorkbench(browser: Browser, url: string, size = { width: 1280, height: 800 }): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  await page.goto(url, { timeout: WORKBENCH_MS });
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: WORKBENCH_MS });
  return page;
}
