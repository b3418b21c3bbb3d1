/** The logout tokens of one ordinary logout, shared by all checks of their content: one logout for each probe set. */
import type { CheckReport } from "../evidence/check-report.ts";
import type { Evidence } from "../model/check.ts";
import {
  mayBeAbout,
  nextTokenAbout,
  noteToken,
  type ReceivedLogoutToken,
  readToken,
  tokensSince,
} from "../probe/logout-tokens.ts";
import type { ProbeSet } from "../probe/probe-set.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "../steps/sign-in.ts";
import { deferUnreadable } from "./deliveries.ts";

interface OrdinaryLogout {
  /** At RP-A and RP-B. */
  sessions: readonly SignIn[];
  /** All that came since the logout began, except those for other sessions; at least one. */
  tokens: readonly ReceivedLogoutToken[];
  /** When the logout was requested, on the clock of the recorders. */
  from: number;
  /** When the logout began and ended, in seconds since the epoch. */
  began: number;
  ended: number;
  /** Of the logout, repeated in every check of its tokens. */
  evidence: readonly Evidence[];
  curl: string | undefined;
}

const taken = new WeakMap<ProbeSet, Promise<OrdinaryLogout>>();

/** Signs alice in at RP-A and RP-B and logs her out, or returns the logout of another check with the same probes. Skips
 * the check if no logout token came, which B-01 reports. */
export async function ordinaryLogout(trial: Trial): Promise<OrdinaryLogout> {
  const earlier = taken.get(trial.probeSet);
  const pending = earlier ?? take(trial);
  taken.set(trial.probeSet, pending);
  const found = await pending;
  if (earlier) trial.report.evidence.push(...found.evidence);
  trial.report.curl ??= found.curl;
  if (found.tokens.length === 0) trial.report.skip("No logout token came: see B-01.");
  for (const token of found.tokens) noteToken(trial.report, token, found.from);
  await deferUnreadable(trial.report, ...found.tokens);
  return found;
}

async function take(trial: Trial): Promise<OrdinaryLogout> {
  const browser = await trial.browser();
  const rps = [trial.rp("rp-a"), trial.rp("rp-b")] as const;
  const sessions = await signInAt(trial, browser, trial.alice, ...rps);
  const began = Date.now() / 1000;
  const { startedAt } = await logOut(trial, browser, rps[0], { parameters: usualParameters(sessions[0]) });
  await Promise.all(sessions.map((session) => nextTokenAbout(session, startedAt, { fits: mayBeAbout })));
  const tokens = sessions.flatMap((session) =>
    tokensSince(session.rp, startedAt).filter(mayBeAbout(session)),
  );
  const { evidence, curl } = trial.report;
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

/** The session that a token was sent for. */
export function sessionOf({ sessions }: OrdinaryLogout, { rp }: ReceivedLogoutToken): SignIn {
  const session = sessions.find((each) => each.rp === rp);
  if (!session) throw new Error(`no session at ${rp.name}`);
  return session;
}

/** A check that judges each of these tokens on its own. */
export const eachToken =
  (judge: (trial: Trial, token: ReceivedLogoutToken, logout: OrdinaryLogout) => void | Promise<void>) =>
  async (trial: Trial): Promise<void> => {
    const found = await ordinaryLogout(trial);
    for (const token of found.tokens) await judge(trial, token, found);
  };

/** A check that judges each readable token of the whole run: an OP may make those of a logout, of an administrator and of
 * an expiry in different places. */
export const eachTokenOfRun =
  (judge: (trial: Trial, token: ReceivedLogoutToken) => void) =>
  async (trial: Trial): Promise<void> => {
    const { tokens } = await ordinaryLogout(trial);
    for (const token of tokens) judge(trial, token); // which are noted
    const known = new Set(tokens.map(({ recorded }) => recorded));
    for (const token of everyToken(trial))
      if (Object.keys(token.claims).length > 0 && !known.has(token.recorded))
        judgeToken(trial.report, token, () => judge(trial, token));
  };

/** Judges a token of another check, and notes it if anything is wrong with it. */
export function judgeToken(report: CheckReport, token: ReceivedLogoutToken, judge: () => void): void {
  const warnings = report.warnings.length;
  let isFine = false;
  try {
    judge();
    isFine = report.warnings.length === warnings;
  } finally {
    if (!isFine) noteToken(report, token);
  }
}

/** All logout tokens that the probes of the run have received. */
export const everyToken = ({ probeSets }: Pick<Trial, "probeSets">): ReceivedLogoutToken[] =>
  probeSets
    .flatMap(Object.values<RelyingParty>)
    .flatMap((rp) =>
      rp.recorder.records
        .filter(({ kind }) => kind === "back-channel")
        .map((recorded) => readToken(rp, recorded)),
    );
