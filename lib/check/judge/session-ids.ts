/** Whether a `sid` names one session only (BCL 2.1): it must not come back after the end of that session, not even with
 * another user. */
import type { CheckReport } from "../evidence/check-report.ts";
import { tokensSince } from "../probe/logout-tokens.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";

/** Fails if a later sign-in has the sid of a session that has ended.
 * @param how that session ended, for the reason */
export function requireNewSids(
  report: CheckReport,
  ended: readonly SignIn[],
  later: readonly SignIn[],
  how: string,
): void {
  for (const { rp, sid, sub } of later) {
    const old = ended.find((each) => sid !== undefined && each.sid === sid);
    const whose = old?.sub === sub ? "its sid again" : `its sid, for another user (${sub})`;
    report.require(!old, `${how}, and the next sign-in at ${rp.name} has ${whose}.`);
  }
}

/** The same for everything that these probes have received in the whole run, however the sessions ended: a sid that two
 * users have, and an ID Token with a sid of whose end the app had been notified before the user signed in. */
export function requireSidsOfOneSession(report: CheckReport, rps: readonly RelyingParty[]): void {
  for (const rp of rps) {
    const owners = new Map<string, string>();
    for (const { sid, sub, askedAt } of rp.known) {
      if (sid === undefined) continue;
      const owner = owners.get(sid) ?? sub;
      owners.set(sid, sub);
      report.require(
        owner === sub,
        `${rp.name}: sessions of ${owner} and of ${sub} have the same sid ${sid}.`,
      );
      const end = notifiedOf(rp, sid);
      report.require(
        end === undefined || askedAt < end,
        `${rp.name} was notified that the session ${sid} of ${sub} had ended, and a later sign-in has the same sid.`,
      );
    }
  }
}

/** When the probe was first notified that this session had ended, by either channel. */
function notifiedOf(rp: RelyingParty, sid: string): number | undefined {
  const tokens = tokensSince(rp, 0).filter(({ claims }) => claims.sid === sid);
  const frames = rp.recorder.since(0, "front-channel").filter(({ query }) => query.get("sid") === sid);
  const times = [...tokens.map(({ recorded }) => recorded.at), ...frames.map(({ at }) => at)];
  return times.length > 0 ? Math.min(...times) : undefined;
}
