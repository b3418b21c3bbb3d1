/** Which logout tokens are about a session, and how often they come. */
import type { BrowserContext } from "@playwright/test";
import { deliveryPatience, noteToken, type ReceivedLogoutToken, readToken } from "../probe/logout-tokens.ts";
import type { Answer, Recorded } from "../probe/recorder.ts";
import type { Session } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "./oracles.ts";

/** How long a probe is watched for what must not come, in milliseconds. */
export const watch = 2_000;

/** By `sid`, or by `sub` where the token has no `sid`. */
export const isAbout =
  ({ sid, sub }: Pick<Session, "sid" | "sub">) =>
  ({ claims }: Pick<ReceivedLogoutToken, "claims">): boolean =>
    claims.sid === undefined ? claims.sub === sub : claims.sid === sid;

/** Whether a token that came after the logout of a session may be taken for the one of it: also where it names what no ID
 * Token of the probe ever had, so that it can be judged; not where it names another session, as a late one does. */
export const mayBeAbout =
  (session: Pick<Session, "rp" | "sid" | "sub">) =>
  (token: Pick<ReceivedLogoutToken, "claims">): boolean =>
    isAbout(session)(token) || !session.rp.known.some((other) => isAbout(other)(token));

/** The tokens about a session that have come to its probe since then, without waiting. */
export const tokensAbout = (session: Session, from: number): ReceivedLogoutToken[] =>
  session.rp.recorder
    .since(from, "back-channel")
    .map((recorded) => readToken(session.rp, recorded))
    .filter(isAbout(session));

/** Waits for a token about this session that is none of the known ones.
 * @param timeout in milliseconds */
export async function nextTokenAbout(
  session: Session,
  from: number,
  {
    known = [],
    timeout = deliveryPatience,
    fits = isAbout,
  }: { known?: ReceivedLogoutToken[]; timeout?: number; fits?: typeof mayBeAbout } = {},
): Promise<ReceivedLogoutToken | undefined> {
  const old = new Set<Recorded>(known.map(({ recorded }) => recorded));
  const wanted = (recorded: Recorded) =>
    recorded.kind === "back-channel" && !old.has(recorded) && fits(session)(readToken(session.rp, recorded));
  const recorded = await session.rp.recorder.waitFor(wanted, { from, timeout });
  return recorded && readToken(session.rp, recorded);
}

/** Waits for the token about each of these sessions; fails where one does not come. */
export const tokensFor = (
  trial: Trial,
  from: number,
  ...sessions: Session[]
): Promise<ReceivedLogoutToken[]> => firstTokens(trial, from, sessions, isAbout);

/** The same where it is for others to judge whom they name: the first that may be about each.
 * @param from on the clock of the recorders: when the logout began */
export const logoutTokensAt = (
  trial: Trial,
  from: number,
  ...sessions: Session[]
): Promise<ReceivedLogoutToken[]> => firstTokens(trial, from, sessions, mayBeAbout);

async function firstTokens(
  trial: Trial,
  from: number,
  sessions: readonly Session[],
  fits: typeof mayBeAbout,
): Promise<ReceivedLogoutToken[]> {
  return Promise.all(
    sessions.map(async (session) => {
      const { name } = session.rp;
      const token = await nextTokenAbout(session, from, { fits });
      if (!token) {
        const reason = `${name} received no logout token for its session in ${deliveryPatience / 1000} s.`;
        await trial.deferTo(["B-01", "B-02", "B-13"], reason);
        trial.fail(reason);
      }
      await deferUnreadable(trial, token);
      noteToken(trial, token, from);
      return token;
    }),
  );
}

/** Skips a check of what these tokens say where B-02 has failed and one of them was not where it belongs. */
export async function deferUnreadable(trial: Trial, ...tokens: ReceivedLogoutToken[]): Promise<void> {
  const [token] = tokens.filter(({ raw }) => raw === "");
  if (token) await trial.deferTo(["B-02"], `${token.rp.name} got no logout_token in a form.`);
}

/** Signs alice in at RP-A and RP-D, spoils what RP-D answers to back-channel logout, and logs out from RP-A.
 * @param from when the logout began; `restore` has RP-D answer well again */
export async function logOutBeside(
  trial: Trial,
  browser: BrowserContext,
  answer: Answer,
): Promise<{ session: Session; from: number; restore: () => void }> {
  const [a, d] = [trial.rp("rp-a"), trial.rp("rp-d")];
  // RP-D first: an OP that tells one after the other then meets it before the rest.
  const [session, initiator] = await signInAt(trial, browser, trial.alice, d, a);
  const restore = d.recorder.answer("back-channel", answer);
  trial.afterwards(restore);
  const { startedAt, arrived } = await logOut(trial, browser, a, { parameters: usualParameters(initiator) });
  trial.require(arrived?.rp === a, "The logout did not come to its end: the browser did not come back.");
  return { session, from: startedAt, restore };
}

/** Sees to it that an answer to a logout token is followed by no other delivery of it: for a while, and until the next
 * logout has been delivered well on the same channel. */
export async function requireOneDelivery(trial: Trial, answer: Answer, answered: string): Promise<void> {
  const browser = await trial.browser();
  const { session, from, restore } = await logOutBeside(trial, browser, answer);
  const [first] = await tokensFor(trial, from, session);
  const again = await nextTokenAbout(session, from, { known: first ? [first] : [], timeout: watch });
  trial.require(!again, `RP-D answered ${answered}, and the logout token came again.`);
  restore();
  const next = await logOutBeside(trial, browser, wellDone);
  await tokensFor(trial, next.from, next.session);
  next.restore();
  const deliveries = [session, next.session].flatMap((each) => tokensAbout(each, from));
  const count = new Set(deliveries.map(({ recorded }) => recorded)).size;
  trial.require(count === 2, `Two logouts brought RP-D ${count} logout tokens.`);
}

export const wellDone: Answer = (response) => void response.writeHead(200).end();
