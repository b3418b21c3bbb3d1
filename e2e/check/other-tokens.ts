/** JWTs of an OP that are signed like ID Tokens and are none. */
import type { BrowserContext } from "@playwright/test";
import { lacks } from "./capabilities.ts";
import { closed } from "./closed.ts";
import { nextTokenAbout } from "./deliveries.ts";
import { logOut, usualParameters } from "./logout.ts";
import type { Session } from "./relying-party.ts";
import type { Trial } from "./trial.ts";

const isJwt = (text: string | undefined): text is string => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text ?? "");

/** Those that RP-A can get for alice, of a session that it ends for its logout token. */
export async function otherTokensOf(trial: Trial): Promise<Record<string, string>> {
  const browser = await trial.browser();
  const a = trial.rp("rp-a");
  const session = await trial.signIn(browser, a, trial.alice);
  const found: Record<string, string | undefined> = {
    "an access token": session.accessToken,
    "a UserInfo response": await userInfo(trial, session),
    "an authorization response (JARM)": await jarm(trial, browser),
  };
  const { startedAt } = await logOut(trial, browser, a, { parameters: usualParameters(session) });
  found["a logout token"] = await logoutToken(trial, session, startedAt);
  const jwts = Object.entries(found).filter((entry): entry is [string, string] => isJwt(entry[1]));
  trial.note("JWTs that are no ID Tokens", jwts.map(([what]) => what).join(", ") || "none");
  return Object.fromEntries(jwts);
}

async function logoutToken(trial: Trial, session: Session, from: number): Promise<string | undefined> {
  if (lacks(trial, "back-channel", session.rp)) return undefined;
  const token = await nextTokenAbout(session, from);
  if (!token) trial.measure("A logout token was not tried: none came (B-01).");
  return token?.raw;
}

async function userInfo(trial: Trial, { accessToken }: Session): Promise<string | undefined> {
  const { userinfo_endpoint: endpoint } = trial.metadata;
  if (!endpoint || !accessToken) return undefined;
  const headers = { authorization: `Bearer ${accessToken}`, accept: "application/jwt" };
  const response = await trial.context.fetch(endpoint, { headers }).catch(() => undefined);
  return response?.text().catch(() => undefined);
}

async function jarm(trial: Trial, browser: BrowserContext): Promise<string | undefined> {
  const modes: unknown = trial.metadata.response_modes_supported;
  if (!Array.isArray(modes) || !modes.includes("query.jwt")) return undefined;
  const a = trial.rp("rp-a");
  const { url } = await a.authorizationRequest({ prompt: "none", response_mode: "query.jwt" });
  const from = performance.now();
  const page = await browser.newPage();
  await page.goto(url).catch(() => undefined);
  const wanted = ({ query }: { query: URLSearchParams }) => query.has("response");
  const answer = await a.recorder.waitFor(wanted, { from, timeout: 5_000 });
  await closed(page);
  return answer?.query.get("response") ?? undefined;
}
