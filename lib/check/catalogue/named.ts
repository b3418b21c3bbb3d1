/** Selects checks by the flags of the command line. */
import { UsageError } from "#lib/demo/options.ts";
import type { Severity } from "../model/check.ts";
import type { Check } from "../run/check.ts";
import { catalogue } from "./index.ts";

/** The values of `--only`, `--skip` and `--severity`. */
interface Choice {
  only: readonly string[] | undefined;
  skip: readonly string[];
  severities: readonly Severity[];
}

/** The checks that satisfy all three. */
export const chosenChecks = ({ only, skip, severities }: Choice): Check[] =>
  catalogue.filter(
    ({ id, severity }) => (only?.includes(id) ?? true) && !skip.includes(id) && severities.includes(severity),
  );

/** Refuses ids that the catalogue does not have.
 * @throws {UsageError} with the closest ones, a line for each */
export function assertChecks(flag: string, ids: readonly string[]): void {
  const known = catalogue.map(({ id }) => id);
  const lines = ids
    .filter((id) => !known.includes(id))
    .map(
      (id) => `${flag}: there is no check ${id || "without a name"}; the closest are ${closest(id, known)}.`,
    );
  if (lines.length > 0) throw new UsageError(lines.join("\n"));
}

/** The three nearest by number in its family; if there is no such family, by edit distance. */
function closest(id: string, known: readonly string[]): string {
  const number = Number(/\d+/.exec(id)?.[0] ?? 0);
  const unlike = (other: string) => (other.charAt(0) === id.charAt(0) ? 0 : edits(id, other));
  const far = (other: string) => unlike(other) * 1000 + Math.abs(Number(other.slice(2)) - number);
  return known
    .toSorted((a, b) => far(a) - far(b))
    .slice(0, 3)
    .join(", ");
}

/** Letters to insert, delete or replace (Levenshtein). */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (to[j - 1] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
