import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from './cli-errors.ts';

/** Beside dist/ for the bundle, two folders up from this file for the sources. */
const DOCS = [join(import.meta.dirname, '..', 'docs'), join(import.meta.dirname, '..', '..', 'docs')];

/** Names of the pages, sorted. */
export function topics(): string[] {
  return readdirSync(folder())
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length))
    .sort();
}

/** The text of a page that `topics` names. */
export function readTopic(topic: string): string {
  return readFileSync(join(folder(), `${topic}.md`), 'utf8');
}

function folder(): string {
  const found = DOCS.find((path) => existsSync(path));
  if (found === undefined) throw new CommandError('the folder docs, which belongs to vm-system, is missing');
  return found;
}
