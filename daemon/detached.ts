import type { BackgroundOptions } from './background.ts';
import { startHost } from './runtime/start-host.ts';

/**
 * The daemon that other processes share. Whoever starts it wants a session next: the host for that starts at once, beside
 * the daemon, most of which has yet to be loaded.
 */
export async function serveDetached(options: BackgroundOptions): Promise<void> {
  const firstHost = startHost();
  const { serveShared } = await import('./background.ts');
  await serveShared({ ...options, firstHost });
}
