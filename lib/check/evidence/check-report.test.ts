import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Verdict } from "../model/check.ts";
import { CheckEnded } from "../model/errors.ts";
import { CheckReport } from "./check-report.ts";

const reportWith = (verdicts: Readonly<Record<string, Verdict>> = {}) =>
  new CheckReport({ runStartedAt: performance.now(), verdictOf: async (id) => verdicts[id] });

const endsWith = (verdict: Verdict, reason: string) => (error: unknown) =>
  error instanceof CheckEnded && error.verdict === verdict && error.message === reason;

describe("the report of a check", () => {
  it("ends the check with a failure or a skip", () => {
    const report = reportWith();
    assert.throws(() => report.fail("No token came."), endsWith("fail", "No token came."));
    assert.throws(() => report.skip("There is no driver."), endsWith("skip", "There is no driver."));
    assert.throws(() => report.require(false, "No token came."), endsWith("fail", "No token came."));
    report.require(true, "A token came.");
  });

  it("skips the check if an earlier one has failed for the same reason", async () => {
    const report = reportWith({ "R-01": "fail", "B-01": "warn" });
    await report.deferTo(["B-01", "X-01"], "No token came.");
    await assert.rejects(
      report.deferTo(["B-01", "R-01"], "The session lives."),
      endsWith("skip", "The session lives. See R-01; nothing else can be concluded."),
    );
  });

  it("is a warning with warnings, and a pass with measurements, or info for a check that only measures", () => {
    const report = reportWith();
    assert.deepEqual(report.outcome("info"), { verdict: "pass", reason: "" });
    report.measure("It took 3 ms.");
    report.measure("It came once.");
    const reason = "It took 3 ms. It came once.";
    assert.deepEqual(report.outcome("high"), { verdict: "pass", reason });
    assert.deepEqual(report.outcome("info"), { verdict: "info", reason });
    report.warn("It came late.");
    assert.deepEqual(report.outcome("high"), { verdict: "warn", reason: "It came late." });
  });

  it("notes a request with its time, a curl command and without secrets", () => {
    const report = reportWith();
    report.noteRequest("logout", "POST", "https://op.example/logout", { client_secret: "k-1", state: "s" });
    const [note] = report.evidence;
    assert.equal(note?.what, "logout");
    assert.deepEqual(note?.detail, {
      method: "POST",
      url: "https://op.example/logout",
      client_secret: "(left out)",
      state: "s",
    });
    assert.match(report.curl ?? "", /^curl -i -X POST 'https:\/\/op\.example\/logout'/);
    assert.ok((report.requestedAt ?? 0) <= performance.now());
  });
});
