/** Whether a text could be the name of a variable. The pattern brings tables of Unicode with it, so it waits for its first use. */
export function isIdentifier(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
}
