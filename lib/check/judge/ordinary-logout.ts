/** The logout tokens of one ordinary logout, which every check of a token's form looks at: taken once for each world. */

import type { Evidence } from "../model/check.ts";
import { noteToken, type ReceivedLogoutToken, readToken, tokensSince } from "../probe/logout-tokens.ts";
import type { World } from "../probe/probe-set.ts";
import type { RelyingParty, Session } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { deferUnreadable, mayBeAbout, nextTokenAbout } from "./deliveries.ts";
import { signInAt } from "./oracles.ts";

export interface Specimen {
  /** At RP-A and RP-B. */
  sessions: readonly Session[];
  /** Everything that came to them since the logout began, but for what is about other sessions; at least one. */
  tokens: readonly ReceivedLogoutToken[];
  /** When the logout was asked for, on the clock of the recorders. */
  from: number;
  /** When the logout began and when it was over, in seconds since the epoch. */
  began: number;
  ended: number;
  /** Of the logout, for every check that looks at its tokens. */
  evidence: readonly Evidence[];
  curl: string | undefined;
}

const taken = new WeakMap<World, Promise<Specimen>>();

/** Signs alice in at RP-A and RP-B and logs her out, or takes what another check of this world has seen. Skips the check
 * where no logout token came: that is what B-01 says. */
export async function specimen(trial: Trial): Promise<Specimen> {
  const earlier = taken.get(trial.world);
  const pending = earlier ?? take(trial);
  taken.set(trial.world, pending);
  const found = await pending;
  if (earlier) trial.evidence.push(...found.evidence);
  trial.curl ??= found.curl;
  if (found.tokens.length === 0) trial.skip("No logout token came that could be looked at: see B-01.");
  for (const token of found.tokens) noteToken(trial, token, found.from);
  await deferUnreadable(trial, ...found.tokens);
  return found;
}

async function take(trial: Trial): Promise<Specimen> {
  const browser = await trial.browser();
  const rps = [trial.rp("rp-a"), trial.rp("rp-b")] as const;
  const sessions = await signInAt(trial, browser, trial.alice, ...rps);
  const began = Date.now() / 1000;
  const { startedAt } = await logOut(trial, browser, rps[0], { parameters: usualParameters(sessions[0]) });
  await Promise.all(sessions.map((session) => nextTokenAbout(session, startedAt, { fits: mayBeAbout })));
  const tokens = sessions.flatMap((session) =>
    tokensSince(session.rp, startedAt).filter(mayBeAbout(session)),
  );
  const { evidence, curl } = trial;
  return {
    sessions,
    tokens,
    from: startedAt,
    began,
    ended: Date.now() / 1000,
    evidence: [...evidence],
    curl,
  };
}

/** The session that a token came for. */
export function sessionOf({ sessions }: Specimen, { rp }: ReceivedLogoutToken): Session {
  const session = sessions.find((each) => each.rp === rp);
  if (!session) throw new Error(`no session at ${rp.name}`);
  return session;
}

/** A check that judges each of these tokens by itself. */
export const eachToken =
  (judge: (trial: Trial, token: ReceivedLogoutToken, specimen: Specimen) => void | Promise<void>) =>
  async (trial: Trial): Promise<void> => {
    const found = await specimen(trial);
    for (const token of found.tokens) await judge(trial, token, found);
  };

/** All logout tokens that have ever come to a probe of the run. */
export const everyToken = ({ worlds }: Pick<Trial, "worlds">): ReceivedLogoutToken[] =>
  worlds
    .flatMap(Object.values<RelyingParty>)
    .flatMap((rp) =>
      rp.recorder.records
        .filter(({ kind }) => kind === "back-channel")
        .map((recorded) => readToken(rp, recorded)),
    );
