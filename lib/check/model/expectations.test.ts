import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CannotRun } from "#lib/cli/errors.ts";
import { type CheckInfo, type CheckResult, type CookieMode, cookieModes, type Verdict } from "./check.ts";
import { readExpectations, surprises, withExpectation } from "./expectations.ts";

const folder = mkdtempSync(join(tmpdir(), "expectations-"));
after(() => rmSync(folder, { recursive: true }));

const known: Pick<CheckInfo, "id" | "eachCookieMode">[] = [
  { id: "R-01" },
  { id: "R-02" },
  { id: "S-05", eachCookieMode: true },
];
let files = 0;
function read(content: unknown, tried: readonly CookieMode[] = cookieModes) {
  const path = join(folder, `${++files}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return readExpectations(path, known, tried);
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

  it("is as expected with an expected failure, and with checks that did not run", () => {
    assert.deepEqual(of(expected, result("R-01", "pass"), result("R-02", "fail")), []);
    assert.deepEqual(of(expected, result("R-01", "warn")), []);
  });

  it("has a surprise in an unexpected failure", () => {
    const [line = "", ...more] = of(expected, result("R-01", "fail"), result("R-02", "fail"));
    assert.match(line, /^R-01 failed unexpectedly: what was seen$/);
    assert.deepEqual(more, []);
  });

  for (const verdict of ["pass", "skip", "warn"] as const) {
    it(`has a surprise where a failure was expected and it is a ${verdict}`, () => {
      const [line = ""] = of(expected, result("R-02", verdict));
      assert.match(line, new RegExp(`^R-02 was expected to be fail and is ${verdict}:`));
    });
  }

  it("distinguishes the two cookie modes", () => {
    const blocked = { "S-05": { "cookies-blocked": { verdict: "fail", reason: why } } };
    assert.deepEqual(of(blocked, result("S-05", "pass"), result("S-05", "fail", "cookies-blocked")), []);
    assert.match(of(blocked, result("S-05", "fail"))[0] ?? "", /^S-05 failed/);
    assert.match(
      of(blocked, result("S-05", "pass", "cookies-blocked"))[0] ?? "",
      /^S-05 with cookies-blocked was expected/,
    );
  });

  it("has a surprise in a failure for another reason than the known one", () => {
    const matching = (matches: string) => ({ "R-02": { verdict: "fail", reason: why, matches } });
    assert.deepEqual(of(matching("was seen"), result("R-02", "fail")), []);
    assert.deepEqual(of(matching("HTTP 404"), result("R-02", "fail")), [
      "R-02 failed for another reason than the expected one (HTTP 404): what was seen",
    ]);
    assert.match(of(matching("HTTP 404"), result("R-02", "pass"))[0] ?? "", /be fail and is pass: correct/);
  });

  it("has a surprise in any other result for another reason", () => {
    const [line = ""] = of(
      { "R-02": { verdict: "warn", reason: why, matches: "slow" } },
      result("R-02", "warn"),
    );
    assert.match(line, /^R-02 was expected to be warn with slow in its reason: correct/);
  });

  it("has a surprise in a check that the suite gave up, whatever is expected of it", () => {
    const gaveUp: CheckResult = { ...result("R-02", "fail"), gaveUp: true };
    for (const matches of [undefined, "was seen"]) {
      const [line = ""] = of({ "R-02": { verdict: "fail", reason: why, matches } }, gaveUp);
      assert.match(line, /^R-02 failed because the suite could not finish it: what/);
    }
  });

  it("may name a cookie mode that the run skips", () => {
    const blocked = { "S-05": { "cookies-blocked": { verdict: "fail", reason: why } } };
    assert.ok("S-05" in read(blocked, ["cookies-allowed"]));
    const once = { "R-02": { "cookies-blocked": { verdict: "fail", reason: why } } };
    assert.ok("R-02" in read(once, ["cookies-blocked"]));
  });
});

describe("a file of expectations that cannot be used", () => {
  const cases: [what: string, content: unknown, message: RegExp][] = [
    ["is not JSON", "{", /cannot be read/],
    ["is a list", [], /must be an object/],
    ["names an unknown check", { "R-99": { verdict: "fail", reason: why } }, /R-99: unknown check/],
    ["gives no reason", { "R-02": { verdict: "fail" } }, /R-02\.reason: must say why/],
    ["gives an empty reason", { "R-02": { verdict: "fail", reason: "  " } }, /must say why, with a link/],
    ["has another verdict", { "R-02": { verdict: "flaky", reason: why } }, /R-02\.verdict: must be one of/],
    ["misspells a field", { "R-02": { verdict: "fail", reason: why, link: "x" } }, /R-02/],
    [
      "gives no reason for one cookie mode",
      { "S-05": { "cookies-blocked": { verdict: "fail" } } },
      /S-05\.cookies-blocked\.reason: must say why/,
    ],
    [
      "matches any reason",
      { "R-02": { verdict: "fail", reason: why, matches: "" } },
      /R-02\.matches: must be a part of the reason/,
    ],
    [
      "names a cookie mode in which the check never runs",
      { "R-02": { "cookies-blocked": { verdict: "fail", reason: why } } },
      /R-02\.cookies-blocked: R-02 runs only with cookies-allowed: remove the cookie mode\.$/,
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

  it("does not exist: the run does not begin", () => {
    assert.throws(() => readExpectations(join(folder, "absent.json"), known, cookieModes), CannotRun);
  });
});
