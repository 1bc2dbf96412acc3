/** Other commands end with whoever reads their output, quietly; what calls this goes on, or ends in its own way. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error');
    stream.on('error', () => undefined);
  }
}
