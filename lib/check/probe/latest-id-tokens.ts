/** Hints for OPs whose `prompt=none` needs the latest ID Token of the client and the user. */
import type { BrowserContext } from "@playwright/test";
import type { RelyingParty, SignIn } from "./relying-party.ts";

export class LatestIdTokens {
  /** By subject, in order of arrival. */
  readonly #tokens = new Map<RelyingParty, Map<string, string>>();
  readonly #subjects = new WeakMap<BrowserContext, string>();

  remember(browser: BrowserContext, { rp, sub, idToken }: SignIn): void {
    const tokens = this.#tokens.get(rp) ?? new Map<string, string>();
    tokens.delete(sub);
    this.#tokens.set(rp, tokens.set(sub, idToken));
    this.#subjects.set(browser, sub);
  }

  /** The latest at this probe for the user who signed in last in this browser; without such a user, the latest of any. */
  hintFor(browser: BrowserContext, rp: RelyingParty): string | undefined {
    const tokens = this.#tokens.get(rp);
    return tokens?.get(this.#subjects.get(browser) ?? "") ?? [...(tokens?.values() ?? [])].at(-1);
  }
}
