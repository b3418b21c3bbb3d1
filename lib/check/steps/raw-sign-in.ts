/** Sign-ins without validation of the ID Token, for clients whose tokens the probes cannot validate. */
import type { BrowserContext, Page } from "@playwright/test";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { authenticate, authenticationMethods, fetchByEitherMethod } from "#lib/oidc/client-authentication.ts";
import type { User } from "#lib/products/driver.ts";
import { RelyingParty } from "../probe/relying-party.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";

/** Longest wait for the answer, in milliseconds. */
const patience = 30_000;

/** @returns the ID Token, signed or encrypted */
export async function rawSignIn(
  trial: Trial,
  browser: BrowserContext,
  rp: RelyingParty,
  user: User,
): Promise<string> {
  const { page, code, codeVerifier } = await signInTab(trial, browser, rp, user);
  await closePage(page);
  const idToken = await redeemed(trial, rp, code, codeVerifier);
  trial.report.note(`${user.name} signed in at ${rp.name}`, { id_token_parts: idToken.split(".").length });
  return idToken;
}

/** Signs in in a tab that stays open, with the sign-in pages in its history; the code is not redeemed. */
export async function signInTab(
  trial: Trial,
  browser: BrowserContext,
  rp: RelyingParty,
  user: User,
): Promise<{ page: Page; code: string; codeVerifier: string }> {
  const request = await rp.authorizationRequest();
  const page = await browser.newPage();
  const from = performance.now();
  await page.goto(request.url);
  void trial.driver.login(page, user, trial.context).catch(() => undefined); // then no answer comes
  const answer = await rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: patience });
  const code = answer?.query.get("code");
  const why = answer ? "the answer has no code" : rp.whyNoAnswer(request, from);
  if (!code) return trial.report.fail(`${user.name} could not sign in at ${rp.name}: ${why}.`);
  return { page, code, codeVerifier: request.codeVerifier };
}

async function redeemed(trial: Trial, rp: RelyingParty, code: string, verifier: string): Promise<string> {
  const [method, second] = authenticationMethods(trial.metadata, rp.client.clientSecret);
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: `${rp.base}/callback`,
    code_verifier: verifier,
  });
  const headers = new Headers();
  authenticate(method, rp.client, body, headers);
  const once = trial.context.fetch as Fetch;
  const send = second ? fetchByEitherMethod(once, rp.client, () => undefined) : once;
  const response = await send(trial.metadata.token_endpoint ?? "", { method: "POST", headers, body });
  const { id_token: idToken } = Object(await response.json().catch(() => undefined)) as {
    id_token?: unknown;
  };
  return typeof idToken === "string"
    ? idToken
    : trial.report.fail(`The token endpoint gave ${rp.name} no ID Token: HTTP ${response.status}.`);
}
