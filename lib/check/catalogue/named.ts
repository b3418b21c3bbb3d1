/** Selects checks by the flags of the command line. */

import { UsageError } from "#lib/cli/errors.ts";
import { closestTo } from "#lib/config/closest.ts";
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

/** Of its family, if there is one: the letter is rarely mistyped. */
function closest(id: string, known: readonly string[]): string {
  const family = known.filter((other) => other.charAt(0) === id.charAt(0));
  return closestTo(id, family.length > 0 ? family : known).join(", ");
}
