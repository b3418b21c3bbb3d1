import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UnsecuredJWT } from "jose";
import { CheckReport } from "../evidence/check-report.ts";
import { Recorder } from "../probe/recorder.ts";
import type { KnownSession, RelyingParty } from "../probe/relying-party.ts";
import { requireSidsOfOneSession } from "./session-ids.ts";

/** A probe that signed users in, and was notified of ended sessions. */
function probe(known: KnownSession[], ended: { sid: string; at: number; frame?: true }[] = []) {
  const recorder = new Recorder(0, undefined);
  for (const { sid, at, frame } of ended)
    recorder.records.push({
      ...{ kind: frame ? "front-channel" : "back-channel", at, method: "", url: "", headers: {}, body: "" },
      query: new URLSearchParams(frame && { sid }),
      form: new URLSearchParams({ logout_token: new UnsecuredJWT({ sid }).encode() }),
    });
  return { name: "rp-a", known, recorder } as unknown as RelyingParty;
}

const judge = (...rps: RelyingParty[]) =>
  requireSidsOfOneSession(new CheckReport({ runStartedAt: 0, verdictOf: async () => undefined }), rps);
const signIn = (sub: string, sid: string | undefined, askedAt: number): KnownSession => ({
  sub,
  sid,
  askedAt,
});

describe("the sids of a run", () => {
  it("may repeat within a session, and at another app", () => {
    judge(
      probe(
        [signIn("alice", "s-1", 1), signIn("alice", "s-1", 2), signIn("alice", "s-2", 9)],
        [{ sid: "s-1", at: 5 }],
      ),
      probe([signIn("alice-pairwise", "s-1", 3)]),
    );
  });

  it("need not be there", () => judge(probe([signIn("alice", undefined, 1), signIn("bob", undefined, 2)])));

  it("must not come back after their end, by either channel", () => {
    for (const frame of [undefined, true] as const)
      assert.throws(
        () =>
          judge(
            probe(
              [signIn("alice", "s-1", 1), signIn("alice", "s-1", 6)],
              [{ sid: "s-1", at: 5, ...(frame && { frame }) }],
            ),
          ),
        /notified that the session s-1 of alice had ended, and a later sign-in has the same sid/,
      );
  });

  it("must not be another user's, however the session ended", () => {
    assert.throws(
      () => judge(probe([signIn("alice", "s-1", 1), signIn("bob", "s-1", 2)])),
      /sessions of alice and of bob have the same sid s-1/,
    );
  });
});
