/** JWTs that an OP signs like ID Tokens, but that are not ID Tokens. */
import type { BrowserContext } from "@playwright/test";
import { lacks, listed } from "../model/capabilities.ts";
import { nextTokenAbout } from "../probe/logout-tokens.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import { closePage } from "../run/close-page.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "./logout.ts";
import { ownProbeIfPossible } from "./own-probe.ts";

interface OtherTokens {
  /** The client that got them. */
  rp: RelyingParty;
  /** By kind. */
  jwts: Record<string, string>;
  /** The missing kinds, with reasons; empty if there are none. */
  missing: string;
}

/** A JWT, or why there is none. */
type Found = { jwt: string } | { missing: string };

const found = (text: string | undefined, missing: string): Found =>
  text !== undefined && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) ? { jwt: text } : { missing };

/** All that one client can get for alice, in a session that it ends to get a logout token. */
export async function otherTokensOf(trial: Trial): Promise<OtherTokens> {
  const own = await signedUserInfoClient(trial);
  const rp = typeof own === "string" ? trial.rp("rp-a") : own;
  const browser = await trial.browser();
  const session = await trial.signIn(browser, rp, trial.alice);
  const kinds: [what: string, found: Found][] = [
    ["an access token", found(session.accessToken, "those of the OP are not JWTs")],
    ["a UserInfo response", typeof own === "string" ? { missing: own } : await userInfo(trial, session)],
    ["an authorization response (JARM)", await jarm(trial, browser, rp)],
  ];
  const { startedAt } = await logOut(trial, browser, rp, { parameters: usualParameters(session) });
  kinds.push(["a logout token", await logoutToken(trial, session, startedAt)]);
  const jwts = Object.fromEntries(kinds.flatMap(([what, kind]) => ("jwt" in kind ? [[what, kind.jwt]] : [])));
  trial.report.note("JWTs other than ID Tokens", Object.keys(jwts).join(", ") || "none");
  const missing = kinds.flatMap(([what, kind]) => ("missing" in kind ? `${what} (${kind.missing})` : []));
  return { rp, jwts, missing: missing.join(", ") };
}

/** @returns the client, or why there is none */
async function signedUserInfoClient(trial: Trial): Promise<RelyingParty | string> {
  const algs = listed(trial.metadata.userinfo_signing_alg_values_supported);
  const alg = ["RS256", "PS256", "ES256"].find((each) => algs.includes(each)); // RS256 first, as for ID Tokens
  if (!alg) return "discovery lists no algorithm to sign it with";
  const metadata = { userinfo_signed_response_alg: alg };
  const probe = await ownProbeIfPossible(trial, { name: "rp-userinfo", metadata });
  return typeof probe === "string" ? probe.replace(/\.$/, "") : probe;
}

async function userInfo(trial: Trial, { accessToken }: SignIn): Promise<Found> {
  const { userinfo_endpoint: endpoint } = trial.metadata;
  if (!endpoint || !accessToken) return { missing: "no endpoint or no access token" };
  const headers = { authorization: `Bearer ${accessToken}`, accept: "application/jwt" };
  const response = await trial.context.fetch(endpoint, { headers }).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  return found(text, "it is not a JWT, although the OP registered that");
}

/** Signed with RS256 unless registered otherwise (JARM 3). */
async function jarm(trial: Trial, browser: BrowserContext, rp: RelyingParty): Promise<Found> {
  const modes = listed(trial.metadata.response_modes_supported);
  const mode = ["query.jwt", "jwt"].find((each) => modes.includes(each));
  if (!mode) return { missing: "discovery lists no response_mode for it" };
  const { url } = await rp.authorizationRequest({ prompt: "none", response_mode: mode });
  const from = performance.now();
  const page = await browser.newPage();
  await page.goto(url).catch(() => undefined);
  const wanted = ({ query }: { query: URLSearchParams }) => query.has("response");
  const answer = await rp.recorder.waitFor(wanted, { from, timeout: 5_000 });
  await closePage(page);
  return found(answer?.query.get("response") ?? undefined, "none came");
}

async function logoutToken(trial: Trial, session: SignIn, from: number): Promise<Found> {
  if (lacks(trial, "back-channel", session.rp)) return { missing: "the OP sends this client none" };
  return found((await nextTokenAbout(session, from))?.raw, "none came: B-01");
}
