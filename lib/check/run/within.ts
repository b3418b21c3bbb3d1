/** Waiting no longer than that for what may never come. */

/** What comes of the work, or what is said instead where it takes longer.
 * @param longest in milliseconds */
export async function inTime<T, L>(work: Promise<T>, longest: number, late: L): Promise<T | L> {
  const { promise, resolve } = Promise.withResolvers<L>();
  const timer = setTimeout(resolve, longest, late);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
