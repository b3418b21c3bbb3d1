/** What tells a Relying Party that a session has ended, by either channel, where nothing may. */
import type { BrowserContext } from "@playwright/test";
import { noteToken } from "../probe/logout-tokens.ts";
import type { Session } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { tokensAbout } from "./deliveries.ts";
import { assertKept } from "./oracles.ts";

/** What a logout token or a front-channel request names: without sid a token means all sessions of its user, and a
 * request whatever session this browser has. */
export type Named = "session" | "user" | "nobody";

/** Fails where the probes of these sessions have been told since then that they have ended.
 * @param what was done, for the reason
 * @param counts which kinds are looked at: at a probe that has other sessions too, what names none may be about those */
export function requireUntold(
  trial: Trial,
  sessions: readonly Session[],
  from: number,
  what: string,
  counts: readonly Named[] = ["session", "user", "nobody"],
): void {
  for (const session of sessions) {
    const { rp, sid, sub } = session;
    const tokens = tokensAbout(session, from).filter(({ claims }) =>
      counts.includes(claims.sid === undefined ? "user" : "session"),
    );
    for (const token of tokens) noteToken(trial, token, from);
    const frames = rp.recorder
      .since(from, "front-channel")
      .filter(({ query }) => (query.has("sid") ? query.get("sid") === sid : counts.includes("nobody")));
    const by = tokens.length > 0 ? "back-channel" : "front-channel";
    const told = tokens.length + frames.length > 0;
    trial.require(
      !told,
      `${what}, and ${rp.name} was told by ${by} logout that the session of ${sub} had ended.`,
    );
  }
}

/** K, and the app has heard nothing: the user is signed in at the OP, and his app believes so.
 * @param from when the request was sent that must not end the session, on the clock of the recorders */
export async function assertUntouched(
  trial: Trial,
  browser: BrowserContext,
  session: Session,
  from: number,
  what: string,
): Promise<void> {
  await assertKept(trial, browser, session);
  requireUntold(trial, [session], from, what, ofThisAlone(session));
}

/** What is surely about this session. An earlier one of the same user may have ended just before, in a browser that was
 * told yes; where sessions have no sid, nothing tells them apart. */
export const ofThisAlone = ({ sid }: Session): readonly Named[] | undefined =>
  sid === undefined ? undefined : ["session"];
