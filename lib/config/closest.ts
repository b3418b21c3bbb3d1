/** Suggestions for a mistyped name. */
import { distance } from "fastest-levenshtein";

/** The known names with the fewest edits (Levenshtein distance), the closest first; equally close ones in their order. */
export const closestTo = (wanted: string, known: readonly string[], count = 3): string[] => {
  const edits = new Map(known.map((name) => [name, distance(wanted, name)]));
  return known.toSorted((a, b) => (edits.get(a) ?? 0) - (edits.get(b) ?? 0)).slice(0, count);
};
