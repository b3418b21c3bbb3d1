/** The names that a person may have meant. */
import { distance } from "fastest-levenshtein";

/** The known names closest to what was typed, the closest first. */
export const closestTo = (wanted: string, known: readonly string[], count: number): string[] =>
  known.toSorted((a, b) => distance(wanted, a) - distance(wanted, b)).slice(0, count);
