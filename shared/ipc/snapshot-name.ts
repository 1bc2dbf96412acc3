/** A snapshot is of use only to the very V8 that made it. */
export function snapshotName(): string {
  return `guest-${process.versions.v8}-${process.platform}-${process.arch}.snapshot`;
}
