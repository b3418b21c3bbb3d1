/** Random numbers that can be repeated. */

export type Random = () => number;

/** `SEED=N` repeats a run, as far as its processes do. */
export const seed = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 32));

/** Numbers from 0 up to, but not including, 1 (mulberry32). */
export function randomFrom(start: number): Random {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The same items in another order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
