/** Whether a stream shows colours: a terminal, unless the user does not want them (https://no-color.org). */
export function hasColours(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}
