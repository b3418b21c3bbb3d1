/** A time limit for a promise that may never settle. */

/** @param longest in milliseconds
 * @returns the value of the promise, or the fallback once the time is up */
export async function within<T, L>(promise: Promise<T>, longest: number, fallback: L): Promise<T | L> {
  const late = Promise.withResolvers<L>();
  const timer = setTimeout(late.resolve, longest, fallback);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
