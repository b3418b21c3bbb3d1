import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { CheckResult, CookieMode, Verdict } from "./check.ts";
import { readExpectations, surprises, withExpectation } from "./expectations.ts";
import { CannotRun } from "./world.ts";

const folder = mkdtempSync(join(tmpdir(), "expectations-"));
after(() => rmSync(folder, { recursive: true }));

const known = ["R-01", "R-02"];
let files = 0;
function read(content: unknown) {
  const path = join(folder, `${++files}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return readExpectations(path, known);
}

const result = (id: string, verdict: Verdict, cookieMode: CookieMode = "cookies-allowed"): CheckResult => ({
  ...{ id, verdict, cookieMode, title: "", clause: "", severity: "high" },
  ...{ reason: "what was seen", evidence: [], durationMs: 1 },
});
const of = (content: unknown, ...results: CheckResult[]) => {
  const expectations = read(content);
  return surprises(results.map((each) => withExpectation(each, expectations)));
};
const why = "RIL 2: the product has no POST route";

describe("a run with expectations", () => {
  const expected = { "R-02": { verdict: "fail", reason: why } };

  it("is as expected with an expected failure, and with checks that were not run", () => {
    assert.deepEqual(of(expected, result("R-01", "pass"), result("R-02", "fail")), []);
    assert.deepEqual(of(expected, result("R-01", "warn")), []);
  });

  it("has a surprise in a failure that nobody expected", () => {
    const [line = "", ...more] = of(expected, result("R-01", "fail"), result("R-02", "fail"));
    assert.match(line, /^R-01 failed, which nobody expected: what was seen$/);
    assert.deepEqual(more, []);
  });

  for (const verdict of ["pass", "skip", "warn"] as const) {
    it(`has a surprise where a failure was expected and it is a ${verdict}`, () => {
      const [line = ""] = of(expected, result("R-02", verdict));
      assert.match(line, new RegExp(`^R-02 was expected to be fail and is ${verdict}:`));
    });
  }

  it("tells the two ways to treat third-party cookies apart", () => {
    const blocked = { "R-02": { "cookies-blocked": { verdict: "fail", reason: why } } };
    assert.deepEqual(of(blocked, result("R-02", "pass"), result("R-02", "fail", "cookies-blocked")), []);
    assert.match(of(blocked, result("R-02", "fail"))[0] ?? "", /^R-02 failed/);
    assert.match(
      of(blocked, result("R-02", "pass", "cookies-blocked"))[0] ?? "",
      /^R-02 with cookies-blocked was expected/,
    );
  });
});

describe("a file of expectations that cannot be used", () => {
  const cases: [what: string, content: unknown, message: RegExp][] = [
    ["is no JSON", "{", /cannot be read/],
    ["is a list", [], /must be an object/],
    [
      "names a check that is not there",
      { "R-99": { verdict: "fail", reason: why } },
      /R-99: there is no such check/,
    ],
    ["gives no reason", { "R-02": { verdict: "fail" } }, /R-02\.reason: must say why/],
    ["gives an empty reason", { "R-02": { verdict: "fail", reason: "  " } }, /must say why, with a link/],
    ["has another verdict", { "R-02": { verdict: "flaky", reason: why } }, /R-02\.verdict: must be one of/],
    ["misspells a field", { "R-02": { verdict: "fail", reason: why, link: "x" } }, /R-02/],
    [
      "gives no reason for one cookie mode",
      { "R-02": { "cookies-blocked": { verdict: "fail" } } },
      /R-02\.cookies-blocked\.reason: must say why/,
    ],
  ];
  for (const [what, content, message] of cases) {
    it(`${what}: the run does not begin`, () => {
      assert.throws(
        () => read(content),
        (error) => error instanceof CannotRun && message.test(error.message),
      );
    });
  }

  it("is not there: the run does not begin", () => {
    assert.throws(() => readExpectations(join(folder, "absent.json"), known), CannotRun);
  });
});
