import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Polls until `condition` holds; fails with `what` when it does not within `ms`. */
export async function waitFor(condition: () => boolean | Promise<boolean>, what: string, ms = 5_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `waited ${ms} ms in vain for: ${what}`);
    await delay(5);
  }
}
