/** Logout notifications, by either channel, for sessions that must not end. */
import type { BrowserContext } from "@playwright/test";
import type { CheckReport } from "../evidence/check-report.ts";
import { noteToken, tokensAbout } from "../probe/logout-tokens.ts";
import type { SignIn } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { assertKept } from "./oracles.ts";

/** What a notification ends: one session; without `sid`, a logout token ends all sessions of its user, and a
 * front-channel request whatever session the browser has. */
export type NotificationScope = "session" | "user" | "browser";

/** Fails if the probes of these sessions have been notified since then that they have ended.
 * @param what was done, for the reason
 * @param scopes that count: at a probe with other sessions too, a notification without `sid` may be for those */
export function requireNoNotification(
  report: CheckReport,
  sessions: readonly SignIn[],
  from: number,
  what: string,
  scopes: readonly NotificationScope[] = ["session", "user", "browser"],
): void {
  for (const session of sessions) {
    const { rp, sid, sub } = session;
    const tokens = tokensAbout(session, from).filter(({ claims }) =>
      scopes.includes(claims.sid === undefined ? "user" : "session"),
    );
    for (const token of tokens) noteToken(report, token, from);
    const frames = rp.recorder
      .since(from, "front-channel")
      .filter(({ query }) => (query.has("sid") ? query.get("sid") === sid : scopes.includes("browser")));
    const by = tokens.length > 0 ? "back-channel" : "front-channel";
    const notified = tokens.length + frames.length > 0;
    report.require(
      !notified,
      `${what}, and ${rp.name} was notified by ${by} logout that the session of ${sub} had ended.`,
    );
  }
}

/** K, and the app was not notified: OP and app agree that the user is still signed in.
 * @param from when the request was sent that must not end the session, on the clock of the recorders */
export async function assertUndisturbed(
  trial: Trial,
  browser: BrowserContext,
  session: SignIn,
  from: number,
  what: string,
): Promise<void> {
  await assertKept(trial, browser, session);
  requireNoNotification(trial.report, [session], from, what, scopesOf(session));
}

/** The scopes that certainly concern this session. An earlier session of the same user may have ended just before, after
 * a yes in its browser; without a `sid` the two cannot be told apart. */
export const scopesOf = ({ sid }: SignIn): readonly NotificationScope[] | undefined =>
  sid === undefined ? undefined : ["session"];
