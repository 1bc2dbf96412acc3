import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** From package.json, beside dist/ for the bundle, two folders up for the sources. */
export function version(): string {
  for (const up of ['..', join('..', '..')]) {
    try {
      const text = readFileSync(join(import.meta.dirname, up, 'package.json'), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
