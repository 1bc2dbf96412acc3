import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in a file; `line` and `column` count from 1, columns in UTF-16 units. */
export type Frame = { path: string; line: number; column: number };

const LOCATION = /\(?(file:\/\/[^\s()]+):(\d+):(\d+)\)?$/;

/** The frames of a stack that are in a folder, the innermost first; those in packages last. Paths are relative to the folder. */
export function framesIn(folder: string, stack: string): Frame[] {
  const frames = stack.split('\n').flatMap((text) => {
    const frame = frameOf(text);
    if (frame === undefined) return [];
    const path = relative(folder, frame.path);
    return path === '' || path.startsWith(`..${sep}`) || isAbsolute(path) ? [] : [{ ...frame, path }];
  });
  const isOwn = ({ path }: Frame): boolean => !path.split(sep).includes('node_modules');
  return [...frames.filter(isOwn), ...frames.filter((frame) => !isOwn(frame))];
}

function frameOf(text: string): Frame | undefined {
  const [, url = '', line, column] = LOCATION.exec(text) ?? [];
  if (url === '') return undefined;
  try {
    return { path: fileURLToPath(url), line: Math.max(1, Number(line)), column: Math.max(1, Number(column)) };
  } catch {
    // Any code can throw an error with a stack of its own making.
    return undefined;
  }
}
