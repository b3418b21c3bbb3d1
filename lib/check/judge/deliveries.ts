/** Whether logout tokens are delivered, and how often. */
import type { BrowserContext } from "@playwright/test";
import { isInternal, silentProviders } from "#lib/net/internal-address.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import {
  deliveryPatience,
  isAbout,
  mayBeAbout,
  nextTokenAbout,
  noteToken,
  type ReceivedLogoutToken,
  tokensAbout,
  tokensSince,
} from "../probe/logout-tokens.ts";
import type { Answer } from "../probe/recorder.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "../steps/sign-in.ts";

/** How long a probe is watched for a request that must not come, in milliseconds. */
export const watch = 2_000;

/** Waits for a token about each of these sessions; fails if one does not come. */
export const tokensFor = (
  report: CheckReport,
  from: number,
  ...sessions: SignIn[]
): Promise<ReceivedLogoutToken[]> => firstTokens(report, from, sessions, isAbout);

/** The first token that may be about each of these sessions, for a check that judges which session it names.
 * @param from when the logout began, on the clock of the recorders */
export const logoutTokensAt = (
  report: CheckReport,
  from: number,
  ...sessions: SignIn[]
): Promise<ReceivedLogoutToken[]> => firstTokens(report, from, sessions, mayBeAbout);

async function firstTokens(
  report: CheckReport,
  from: number,
  sessions: readonly SignIn[],
  fits: typeof mayBeAbout,
): Promise<ReceivedLogoutToken[]> {
  return Promise.all(
    sessions.map(async (session) => {
      const token = await nextTokenAbout(session, from, { fits });
      if (!token) {
        const reason = noToken(session.rp);
        await report.deferTo(["B-01", "B-02", "B-13"], reason);
        report.fail(reason);
      }
      await deferUnreadable(report, token);
      noteToken(report, token, from);
      return token;
    }),
  );
}

/** Why a check fails to which no logout token came. If none came to this probe in the whole run, its address may be why. */
export function noToken(rp: RelyingParty): string {
  const none = `${rp.name} received no logout token for its session in ${deliveryPatience / 1000} s.`;
  const silence = isInternal(new URL(rp.serverBase).hostname) && tokensSince(rp, 0).length === 0;
  return silence ? `${none} ${silentProviders}` : none;
}

/** Skips a check of the tokens' content if B-02 has failed and one of them was not in its form field. */
export async function deferUnreadable(report: CheckReport, ...tokens: ReceivedLogoutToken[]): Promise<void> {
  const [token] = tokens.filter(({ raw }) => raw === "");
  if (token) await report.deferTo(["B-02"], `${token.rp.name} received no form field logout_token.`);
}

/** Signs alice in at RP-A and RP-D, has RP-D give this answer to back-channel logout, and logs out from RP-A.
 * @returns RP-D's session, when the logout began, and how to restore RP-D's usual answer */
export async function logOutWithRpDAnswering(
  trial: Trial,
  browser: BrowserContext,
  answer: Answer,
): Promise<{ session: SignIn; from: number; restore: () => void }> {
  const [a, d] = [trial.rp("rp-a"), trial.rp("rp-d")];
  // RP-D first: an OP that notifies one app after the other then reaches it before the rest.
  const [session, initiator] = await signInAt(trial, browser, trial.alice, d, a);
  const restore = d.recorder.answer("back-channel", answer);
  trial.afterwards(restore);
  const { startedAt, arrived } = await logOut(trial, browser, a, { parameters: usualParameters(initiator) });
  trial.report.require(arrived?.rp === a, "The logout did not complete: the browser did not come back.");
  return { session, from: startedAt, restore };
}

/** Warns if the OP delivers a logout token again after this answer (SHOULD NOT, BCL 2.5): within a while, and up to the
 * successful delivery of the next logout on the same channel. */
export async function adviseOneDelivery(trial: Trial, answer: Answer, answered: string): Promise<void> {
  const browser = await trial.browser();
  const { session, from, restore } = await logOutWithRpDAnswering(trial, browser, answer);
  const [first] = await tokensFor(trial.report, from, session);
  const again = await nextTokenAbout(session, from, { known: first ? [first] : [], timeout: watch });
  trial.report.advise(!again, `RP-D answered ${answered}, and the logout token came again.`);
  restore();
  const next = await logOutWithRpDAnswering(trial, browser, answerWell);
  await tokensFor(trial.report, next.from, next.session);
  next.restore();
  const deliveries = [session, next.session].flatMap((each) => tokensAbout(each, from));
  const count = new Set(deliveries.map(({ recorded }) => recorded)).size;
  trial.report.advise(count === 2, `RP-D received ${count} logout tokens for two logouts.`);
}

export const answerWell: Answer = (response) => void response.writeHead(200).end();
