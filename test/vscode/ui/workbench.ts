import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { openWorkbench } from '../harness/workbench.ts';
import { PATIENCE_MS } from './patience.ts';
import { QuickInput } from './quick-input.ts';

const OPENINGS = 3;

/** Until then a window that has its title also has its folders, if it ever will. */
const EXPLORER_MS = 10_000;
const EXPLORER_OPENINGS = 9;

/** The editor waits a little before it asks for a hover, and then asks all who may know. */
const HOVER_MS = 3_000;

const root = join(import.meta.dirname, '..', '..', '..');
const pictures = join(root, '.vscode-test', 'screenshots');

/** These are in the README; a run with VM_SYSTEM_README_PICTURES=1 brings them up to date. */
const README_PICTURES = ['problem', 'dark'];

export type Look = { width: number; height: number };

/** A window of VS Code, used as a person uses it: keys, clicks, and what can be seen. */
export class Workbench {
  readonly page: Page;
  /** The palette and its like. */
  readonly input: QuickInput;

  private constructor(page: Page) {
    this.page = page;
    this.input = new QuickInput(page);
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** Opens a window and waits until it has its folder, which has this name in the title bar. */
  static async open(browser: Browser, url: string, folder: string, look?: Look): Promise<Workbench> {
    const window = new Workbench(await openWorkbench(browser, url, look));
    const title = window.page.locator('.command-center', { hasText: folder });
    for (let time = 1; ; time += 1) {
      try {
        await title.waitFor();
        return window;
      } catch (error) {
        // On a machine that is very busy VS Code itself sometimes gives up on its server.
        if (time === OPENINGS) throw error;
        await window.reload();
      }
    }
  }

  /** Waits until the explorer has the folder. A workspace that was read too early stays empty, until the window is reloaded. */
  async explores(folder: string): Promise<void> {
    const row = this.page.locator('.explorer-viewlet .monaco-list-row', { hasText: folder });
    for (let time = 1; ; time += 1) {
      try {
        await row.first().waitFor({ timeout: EXPLORER_MS });
        return;
      } catch (error) {
        if (time === EXPLORER_OPENINGS) throw error;
        await this.reload();
      }
    }
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** As F5 in a browser and "Reload Window" do: the window's code starts anew. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
  }

  /** Takes a picture of the whole window. */
  async picture(name: string): Promise<string> {
    await mkdir(pictures, { recursive: true });
    const path = join(pictures, `${name}.png`);
    await this.page.screenshot({ path });
    if (README_PICTURES.includes(name) && process.env['VM_SYSTEM_README_PICTURES'] !== undefined)
      await copyFile(path, join(root, 'docs', 'images', `vscode-${name}.png`));
    return path;
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    await this.input.choose('F1', title, `>${title}`);
  }

  /** As `command`, without the mouse. */
  async commandByKeys(title: string): Promise<void> {
    await this.input.chooseByKeys('F1', title, `>${title}`);
  }

  /** Opens a file by its name. */
  async openFile(name: string): Promise<void> {
    await this.input.choose('Control+P', name);
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
    await this.editor.locator('.view-lines').first().waitFor();
  }

  /** As `openFile`, without the mouse. */
  async openFileByKeys(name: string): Promise<void> {
    await this.input.chooseByKeys('Control+P', name);
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
  }

  /** Asks for another value of a template's setting with the button on its row, and answers. */
  async changeValue(setting: string, value: string, ...keys: string[]): Promise<void> {
    const row = this.row('Templates', setting);
    await row.hover();
    await row.getByLabel('Change Value').click();
    await this.answer(value, ...keys);
  }

  /** Answers the open input box. */
  async answer(text: string, ...keys: string[]): Promise<void> {
    await this.input.type(text);
    await this.press(...keys);
  }

  get editor(): Locator {
    return this.page.locator('.editor-group-container.active .monaco-editor').first();
  }

  /** Puts the focus into the text of the editor. */
  async focusEditor(): Promise<void> {
    await this.editor.locator('.view-lines').first().click();
  }

  /** Points at the last place of a word until its hover says this: the editor forgets a hover when it draws anew. */
  async pointAt(word: string, expected: RegExp): Promise<void> {
    const hover = this.page.locator('.monaco-hover', { hasText: expected }).first();
    await this.until(`hover over ${word}`, async () => {
      await this.page.mouse.move(this.page.viewportSize()?.width ?? 0, 0);
      await this.editor
        .locator('.view-line', { hasText: word })
        .last()
        .hover({ position: { x: 12, y: 9 } });
      const isShown = hover.waitFor({ timeout: HOVER_MS }).then(() => true);
      return isShown.catch(() => undefined);
    });
  }

  /** Replaces the text of the editor, as pasting does: no brackets are closed by themselves. */
  async setText(text: string): Promise<void> {
    await this.focusEditor();
    await this.press('Control+A');
    await this.page.keyboard.insertText(text);
    await this.press('Control+S');
    await this.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  }

  /** Chooses a dark theme and waits until every part of the window has it. */
  async useDarkTheme(): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.input.pick('Dark Modern');
    await this.page.locator('.monaco-workbench.vs-dark').waitFor();
    const [statusBar, quickInput] = [this.page.locator('.part.statusbar'), this.page.locator('.quick-input-widget')];
    await quickInput.first().waitFor({ state: 'hidden' });
    await this.until('dark status bar', async () => {
      const color = await statusBar.evaluate((element) => getComputedStyle(element as never).backgroundColor);
      return (color.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) < 100) || undefined;
    });
  }

  /** Waits until the output channel shows this. */
  async output(expected: RegExp): Promise<string> {
    const lines = this.page.locator('.part.panel .output-view .view-lines, .part.panel .view-lines').first();
    return this.until(`output like ${String(expected)}`, async () => {
      const text = await visibleText(lines);
      return expected.test(text) ? text : undefined;
    });
  }

  /** The status bar's item of the extension. */
  get statusItem(): Locator {
    return this.page
      .locator('.statusbar-item', { hasText: /VM System|[0-9a-f]{6,} (ready|running|starting|crashed|closed)/ })
      .first();
  }

  /** Shows the extension's views. */
  async showViews(): Promise<void> {
    const icon = this.page.locator('.activitybar .action-item', {
      has: this.page.locator('[aria-label^="VM System"]'),
    });
    if (!(await this.view('Sessions').isVisible())) await icon.first().click();
    await this.view('Sessions').waitFor();
  }

  /** One of the views, by its title. */
  view(title: string): Locator {
    return this.page.locator('.sidebar .pane', { has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
  }

  /** Unfolds a view that is folded. */
  async showView(title: string): Promise<void> {
    await this.showViews();
    const header = this.view(title).locator('.pane-header').first();
    if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click();
    await this.view(title).locator('.monaco-list-row').first().waitFor();
  }

  /** Drags the edge of the sidebar. */
  async setSidebarWidth(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (box === null) throw new Error('there is no sidebar');
    const { mouse } = this.page;
    await mouse.move(box.x + box.width, box.y + box.height / 2);
    await mouse.down();
    await mouse.move(box.x + width, box.y + box.height / 2, { steps: 10 });
    await mouse.up();
  }

  row(view: string, text: string | RegExp): Locator {
    return this.view(view).locator('.monaco-list-row', { hasText: text }).first();
  }

  /** Unfolds a tree's row by its arrow: a click on the row itself may do something else. */
  async unfold(view: string, text: string | RegExp): Promise<void> {
    const row = this.row(view, text);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.locator('.monaco-tl-twistie').click();
    await this.until('unfolded row', async () => (await row.getAttribute('aria-expanded')) === 'true' || undefined);
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) {
        const path = await this.picture(`failed-${Date.now()}`);
        throw new Error(`within ${PATIENCE_MS} ms there was no ${what}; the window is in ${path}`);
      }
      await this.page.waitForTimeout(50);
    }
  }
}

declare function getComputedStyle(element: never): { backgroundColor: string };

/** Of the browser's elements, what is used here: the rest of the project has no such types. */
type Drawn = { children: Iterable<{ style: { top: string }; textContent: string | null }> };

/** Lines as they stand below each other; the document has them in the order in which they were drawn. */
async function visibleText(lines: Locator): Promise<string> {
  if ((await lines.count()) === 0) return '';
  const shown = await lines.evaluate((element) =>
    [...(element as unknown as Drawn).children].map(
      ({ style, textContent }) => [Number.parseInt(style.top, 10), textContent ?? ''] as const,
    ),
  );
  const texts = shown.sort(([a], [b]) => a - b).map(([, text]) => text);
  // The editor shows spaces as ones that do not break.
  return texts.join('\n').replaceAll('\u00a0', ' ');
}
