/** Medians and quantiles, and figures as text. */

/** The value below which a fraction `q` of the values lies; NaN without values. */
export const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;

/** The middle value, or the mean of the two in the middle; NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** The median of the ratios within each round. Both lists have one figure per round: a machine that was slow in one round
 * was slow for both. */
export const medianRatio = (figures: readonly number[], peers: readonly number[]): number =>
  median(figures.slice(0, peers.length).map((figure, round) => figure / (peers[round] as number)));

/** Item `round` comes first in that round, so that no item always runs behind the same other one. */
export const rotated = <T>(items: readonly T[], round: number): T[] => {
  const first = items.length === 0 ? 0 : round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
};

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
export const times = (value: number): string => `× ${value.toFixed(2)}`;
/** A number with a comma between thousands. */
export const count = (value: number): string => Math.round(value).toLocaleString("en-US");
