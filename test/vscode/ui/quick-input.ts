import type { Locator, Page } from 'playwright-core';
import { waitUntil } from '../../helpers/wait-until.ts';
import { PATIENCE_MS } from './patience.ts';

/** Until then an open list shows what it has. */
const LIST_MS = 5_000;

/** Until then a click has had its effect. */
const CLICK_MS = 3_000;

/** VS Code's input at the top of a window: the palette, files by name, and what a command asks for. */
export class QuickInput {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Opens a list with this key and takes the entry with this text, by a click. */
  async choose(key: string, entry: string, typed = entry): Promise<void> {
    await this.#open(key, typed, this.#entry(entry));
    await this.#take(entry);
  }

  /** As `choose`, without the mouse: what is typed has to bring the focus to the entry. */
  async chooseByKeys(key: string, entry: string, typed = entry): Promise<void> {
    await this.#open(key, typed, this.#entry(entry, '.focused'));
    await this.#page.keyboard.press('Enter');
  }

  /** Takes an entry of the list that is open. */
  async pick(entry: string): Promise<void> {
    await this.type(entry);
    await this.#take(entry);
  }

  /** Replaces what is in the input. */
  async type(text: string): Promise<void> {
    const input = this.#page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(text);
  }

  /**
   * A list has the commands and files of the moment at which it was opened; in a window that still loads an entry may
   * come later: then a person opens it again.
   */
  async #open(key: string, typed: string, entry: Locator): Promise<void> {
    await waitUntil(
      async () => {
        await this.#page.keyboard.press(key);
        await this.type(typed);
        const isThere = await holds(entry.waitFor({ timeout: LIST_MS }));
        if (!isThere) await this.#page.keyboard.press('Escape');
        return isThere;
      },
      `an entry for ${typed}`,
      PATIENCE_MS,
    );
  }

  /** The list may draw itself anew under the mouse, and the click is lost: then a person clicks again. */
  async #take(entry: string): Promise<void> {
    const row = this.#entry(entry);
    await row.waitFor();
    await waitUntil(
      async () => {
        await holds(row.click({ timeout: CLICK_MS }));
        return holds(row.waitFor({ state: 'hidden', timeout: CLICK_MS }));
      },
      `the choice of ${entry}`,
      PATIENCE_MS,
    );
  }

  #entry(text: string, which = ''): Locator {
    return this.#page.locator(`.quick-input-list .monaco-list-row${which}`, { hasText: text }).first();
  }
}

function holds(awaited: Promise<void>): Promise<boolean> {
  return awaited.then(
    () => true,
    () => false,
  );
}
