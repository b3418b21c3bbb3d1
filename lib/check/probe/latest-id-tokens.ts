/** The ID Tokens to hint with where `prompt=none` wants the latest one of the client and the user. */
import type { BrowserContext } from "@playwright/test";
import type { RelyingParty, SignIn } from "./relying-party.ts";

export class LatestIdTokens {
  /** By subject, in the order in which they came. */
  readonly #tokens = new Map<RelyingParty, Map<string, string>>();
  readonly #subjects = new WeakMap<BrowserContext, string>();

  remember(browser: BrowserContext, { rp, sub, idToken }: SignIn): void {
    const tokens = this.#tokens.get(rp) ?? new Map<string, string>();
    tokens.delete(sub);
    this.#tokens.set(rp, tokens.set(sub, idToken));
    this.#subjects.set(browser, sub);
  }

  /** The probe's latest of whoever signed in last in this browser; of anybody where nobody has. */
  hintFor(browser: BrowserContext, rp: RelyingParty): string | undefined {
    const tokens = this.#tokens.get(rp);
    return tokens?.get(this.#subjects.get(browser) ?? "") ?? [...(tokens?.values() ?? [])].at(-1);
  }
}
