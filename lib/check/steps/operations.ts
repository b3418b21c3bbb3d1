/** What happens to an OP in operation, by its driver: it changes its keys, it is started anew. */
import { decodeProtectedHeader } from "jose";
import { CannotRun } from "#lib/cli/errors.ts";
import type { Driver } from "#lib/products/driver.ts";
import type { Session } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";

/** Has the OP sign with a new key. Skips the check where the driver cannot. */
export async function rotateKeys(trial: Trial): Promise<void> {
  const { driver, context, provider } = trial;
  if (!driver.rotateKeys) return trial.skip(lacking(trial, "rotateKeys"));
  await operated(trial, driver.rotateKeys(context));
  await provider.reloadKeys(); // the suite knows of the change; that apps notice it too is for their own tests
  trial.note("the signing key was changed", `by rotateKeys of the driver ${driver.name}`);
}

/** Skips the check unless the second ID Token is signed with another key than the first: then nothing was tried. */
export function requireAnotherKey(trial: Trial, ...sessions: [Session, Session]): void {
  const [before, after] = sessions.map(({ idToken }) => decodeProtectedHeader(idToken).kid);
  trial.note("keys of the ID Tokens", { before: before ?? "none", after: after ?? "none" });
  if (before === after) trial.skip(`The driver changed the signing key, and ID Tokens still name ${before}.`);
}

/** Has the OP's server end and start again. Skips the check where the driver cannot. */
export async function restart(trial: Trial): Promise<void> {
  const { driver, context } = trial;
  if (!driver.restart) return trial.skip(lacking(trial, "restart"));
  const began = performance.now();
  await operated(trial, driver.restart(context));
  trial.note("the OP was started anew", `in ${Math.round(performance.now() - began)} ms`);
}

/** Why something cannot be tried: these are not there, as with the embedded driver at an OP that the run did not start. */
export const lacking = ({ driver }: Trial, ...names: (keyof Driver)[]): string =>
  `The driver ${driver.name} has no ${names.join(", ")} for this OP.`;

/** Waits for what a driver does. Skips the check where it says that it cannot. */
export const operated = <T>(trial: Trial, doing: Promise<T>): Promise<T> =>
  doing.catch((error: unknown) => {
    if (error instanceof CannotRun) trial.skip(error.message);
    throw error;
  });
