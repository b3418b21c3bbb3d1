/** Signing one user in at several apps. */
import type { BrowserContext } from "@playwright/test";
import type { User } from "#lib/products/driver.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";

/** Signs the user in at these probes, one after the other, in one browser. */
export async function signInAt<const Rps extends readonly RelyingParty[]>(
  trial: Trial,
  browser: BrowserContext,
  user: User,
  ...rps: Rps
): Promise<{ [Index in keyof Rps]: SignIn }> {
  const signIns: SignIn[] = [];
  for (const rp of rps) signIns.push(await trial.signIn(browser, rp, user));
  return signIns as { [Index in keyof Rps]: SignIn };
}
