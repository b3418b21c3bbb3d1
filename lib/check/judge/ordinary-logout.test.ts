import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UnsecuredJWT } from "jose";
import { CheckReport } from "../evidence/check-report.ts";
import { readToken } from "../probe/logout-tokens.ts";
import type { Recorded } from "../probe/recorder.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import { judgeToken } from "./ordinary-logout.ts";

describe("a logout token of another check", () => {
  const recorded: Recorded = {
    ...{ kind: "back-channel", at: 1, method: "POST", url: "/bclogout", headers: {}, body: "" },
    query: new URLSearchParams(),
    form: new URLSearchParams({ logout_token: new UnsecuredJWT({ sid: "s-1" }).encode() }),
  };
  const token = readToken({ name: "RP-A" } as RelyingParty, recorded);
  const newReport = () => {
    const report = new CheckReport({ runStartedAt: 0, verdictOf: async () => undefined });
    report.noteRequest("a later logout request", "GET", "http://localhost/logout");
    return report;
  };
  const noted = ({ evidence }: CheckReport) =>
    evidence.slice(1).map(({ what, detail }) => ({ what, detail }));

  it("is evidence if the check fails or warns because of it, without a delay from a later request", () => {
    const [failed, warned] = [newReport(), newReport()];
    assert.throws(() => judgeToken(failed, token, () => failed.fail("It has no events.")), /no events/);
    judgeToken(warned, token, () => warned.warn("It is valid for a day."));
    for (const report of [failed, warned]) {
      const [only, ...more] = noted(report);
      assert.deepEqual([only?.what, more], ["logout token at RP-A", []]);
      assert.deepEqual(Object(only?.detail).claims, { sid: "s-1" });
      assert.ok(!("ms_after_logout_request" in Object(only?.detail)));
    }
  });

  it("is none if nothing is wrong, or the same was wrong with an earlier one", () => {
    const report = newReport();
    judgeToken(report, token, () => {});
    assert.deepEqual(noted(report), []);
    for (let n = 0; n < 2; n++) judgeToken(report, token, () => report.warn("It is valid for a day."));
    assert.equal(noted(report).length, 1);
  });
});
