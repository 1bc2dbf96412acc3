/**
 * The data of each Server-Sent Event, parsed as JSON. Returns true when the `end` event has come, false when the text
 * ended without it: the connection was lost. `chunks` may be cut anywhere.
 */
export async function* parseEventStream<T>(chunks: AsyncIterable<string>): AsyncGenerator<T, boolean> {
  let rest = '';
  for await (const chunk of chunks) {
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const { event, data } = parseFrame(frame);
      if (event === 'end') return true;
      if (data !== undefined) yield JSON.parse(data) as T;
    }
  }
  return false;
}

/** Lines end at \n only: JSON may hold U+2028, which a regular expression takes for the end of a line. */
function parseFrame(frame: string): { event?: string; data?: string } {
  const fields = frame.split('\n').map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 2)];
  });
  return Object.fromEntries(fields);
}
