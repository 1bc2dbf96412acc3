import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './pinned-node.mjs';

const lockDirectory = path.join(root, '.setup.lock');
const heartbeatMs = 1_000;
/** Ten missed heartbeats: the holder is dead (or the machine slept, then its next beat finds the lock gone and no harm is done). */
const staleMs = 10_000;
const pollMs = 100;

/**
 * Runs one `work` at a time among all processes of this checkout, so that two `npm test` do not install over each other.
 * Making a directory is atomic everywhere; the holder keeps it fresh, and a stale one is taken away.
 * @template T
 * @param {() => Promise<T>} work must not block the event loop for as long as `staleMs`
 * @returns {Promise<T>}
 */
export async function withSetupLock(work) {
  while (!tryLock()) {
    removeStaleLock();
    await delay(pollMs);
  }
  const heartbeat = setInterval(keepFresh, heartbeatMs);
  const release = () => rmSync(lockDirectory, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.removeListener('exit', release);
    release();
  }
}

function tryLock() {
  try {
    mkdirSync(lockDirectory);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function keepFresh() {
  const now = new Date();
  try {
    utimesSync(lockDirectory, now, now);
  } catch {
    // Somebody took the lock for stale: nothing to keep fresh any more.
  }
}

function removeStaleLock() {
  const age = Date.now() - (statSync(lockDirectory, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > staleMs) rmSync(lockDirectory, { recursive: true, force: true });
}
