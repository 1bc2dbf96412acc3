const MAX_TEXT = 200;

/** A call as the audit shows it: its name and the texts that it begins with, never contents. */
export function describeCall(module: string, name: string, args: readonly unknown[]): string {
  const [first, second] = args;
  const hasTwo = typeof second === 'string' && TWO_PATHS.has(`${module}.${name}`);
  const shown = [first, ...(hasTwo ? [second] : [])].filter((each) => typeof each === 'string').map(quote);
  return `${module.slice(0, 40)}.${name.slice(0, 40)}(${shown.join(', ')})`;
}

/** The others' second text is what they write. */
const TWO_PATHS: ReadonlySet<string> = new Set(['fs.rename', 'fs.copyFile']);

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}
