/** What happens to an OP in operation, by its driver: key rotation and restart. */
import { decodeProtectedHeader } from "jose";
import { CannotRun } from "#lib/cli/errors.ts";
import type { Driver } from "#lib/products/driver.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import type { SignIn } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";

/** Has the OP sign with a new key. Skips the check if the driver cannot. */
export async function rotateKeys(trial: Trial): Promise<void> {
  const { driver, context, provider } = trial;
  if (!driver.rotateKeys) return trial.report.skip(lacking(trial, "rotateKeys"));
  await operated(trial.report, driver.rotateKeys(context));
  await provider.reloadKeys(); // whether apps notice the change is up to their own tests
  trial.report.note("signing key rotated", `by rotateKeys of the driver ${driver.name}`);
}

/** Skips the check unless the second ID Token is signed with another key than the first. */
export function requireAnotherKey(report: CheckReport, ...sessions: [SignIn, SignIn]): void {
  const [before, after] = sessions.map(({ idToken }) => decodeProtectedHeader(idToken).kid);
  report.note("keys of the ID Tokens", { before: before ?? "none", after: after ?? "none" });
  if (before === after)
    report.skip(`The driver rotated the signing key, but ID Tokens still name ${before}.`);
}

/** Restarts the OP's server. Skips the check if the driver cannot. */
export async function restart(trial: Trial): Promise<void> {
  const { driver, context } = trial;
  if (!driver.restart) return trial.report.skip(lacking(trial, "restart"));
  const began = performance.now();
  await operated(trial.report, driver.restart(context));
  trial.report.note("OP restarted", `in ${Math.round(performance.now() - began)} ms`);
}

/** Why something cannot be tested: the driver lacks these functions, for example the embedded driver at an OP that the run
 * did not start. */
export const lacking = ({ driver }: Pick<Trial, "driver">, ...names: (keyof Driver)[]): string =>
  `The driver ${driver.name} has no ${names.join(", ")} for this OP.`;

/** Waits for an operation of the driver. Skips the check if the driver throws `CannotRun`. */
export const operated = <T>(report: CheckReport, operation: Promise<T>): Promise<T> =>
  operation.catch((error: unknown) => {
    if (error instanceof CannotRun) report.skip(error.message);
    throw error;
  });
