/** What `promise` gives, or undefined after `ms`. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, ms, undefined);
  const first = await Promise.race([promise, late.promise]);
  clearTimeout(timer);
  return first;
}
