import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { Verdict } from "../model/check.ts";
import type { Report } from "../report/report.ts";
import { failed, madeUp, reportOf } from "../report/testing/made-up.ts";
import { type Comparison, compare } from "./compare.ts";
import { markdownOf, textOf } from "./view.ts";

const one = (verdict: Verdict, reason = "") => reportOf([madeUp("R-01", { verdict, reason })]);
const lists = ["failures", "worsened", "fixed", "otherwise"] as const;
const listOf = (comparison: Comparison) => lists.filter((name) => comparison[name].length > 0).join();

describe("what changed between two runs", () => {
  const cases: [before: Verdict, after: Verdict, list: string, isWorse: boolean][] = [
    ["pass", "fail", "failures", true],
    ["warn", "fail", "failures", true],
    ["skip", "fail", "failures", true],
    ["pass", "warn", "worsened", true],
    ["info", "warn", "worsened", true],
    ["pass", "skip", "worsened", true],
    ["fail", "pass", "fixed", false],
    ["fail", "warn", "fixed", false],
    ["warn", "pass", "fixed", false],
    ["fail", "skip", "otherwise", false],
    ["warn", "skip", "otherwise", false],
    ["skip", "pass", "otherwise", false],
    ["skip", "warn", "otherwise", false],
    ["pass", "info", "otherwise", false],
    ["pass", "pass", "", false],
    ["fail", "fail", "", false],
  ];
  for (const [before, then, list, isWorse] of cases) {
    it(`${before} → ${then}: ${list || "nothing"}${isWorse ? ", which is worse" : ""}`, () => {
      const comparison = compare(one(before), one(then));
      assert.equal(listOf(comparison), list);
      assert.equal(comparison.isWorse, isWorse);
    });
  }

  it("is a failure for another reason, but not for another figure or identifier", () => {
    const reason = "rp-a got 2 logout tokens for sid 5f-e after 812 ms.";
    const same = compare(
      one("fail", reason),
      one("fail", "rp-a got 3 logout tokens for sid 6a-1 after 9 ms."),
    );
    assert.equal(listOf(same), "");
    assert.equal(listOf(compare(one("fail", reason), one("fail", "No logout token came."))), "otherwise");
  });

  for (const verdict of ["fail", "warn", "info", "skip"] as const) {
    it(`is a ${verdict} for another reason, or with another status`, () => {
      const otherwise = (before: string, then: string) =>
        listOf(compare(one(verdict, before), one(verdict, then)));
      assert.equal(otherwise("It keeps the token.", "It forgets the token."), "otherwise");
      assert.equal(otherwise("Answered with HTTP 404.", "Answered with HTTP 500."), "otherwise");
      assert.equal(otherwise("It is sent (status 200).", "It is sent (status 403)."), "otherwise");
      assert.equal(otherwise("HTTP 404 after 812 ms at :47100.", "HTTP 404 after 404 ms at :8500."), "");
    });
  }

  it("is not the measurements of a pass", () => {
    const comparison = compare(one("pass", "RP-D was given up."), one("pass", "RP-D was waited for."));
    assert.equal(listOf(comparison), "");
  });

  it("is listed for each cookie mode", () => {
    const both = (verdict: Verdict) =>
      reportOf([madeUp("S-05"), madeUp("S-05", { cookieMode: "cookies-blocked", verdict })]);
    const { failures } = compare(both("pass"), both("fail"));
    assert.deepEqual(
      failures.map(({ after: check }) => check.cookieMode),
      ["cookies-blocked"],
    );
  });

  it("is a new check, also a failing one, and a removed one; neither is worse", () => {
    const { added, gone, isWorse } = compare(reportOf([madeUp("R-01")]), reportOf([failed("R-02")]));
    assert.deepEqual([added[0]?.id, gone[0]?.id, isWorse], ["R-02", "R-01", false]);
  });

  const capable = (declared: boolean, observed: boolean) =>
    reportOf([], { capabilities: [{ capability: "back-channel", declared, configured: true, observed }] });

  it("is a capability: worse if it is no longer declared, but not if it was only not observed", () => {
    const lost = compare(capable(true, true), capable(false, true));
    assert.deepEqual(lost.capabilities, [{ capability: "back-channel", column: "declared", holds: false }]);
    assert.equal(lost.isWorse, true);
    assert.equal(compare(capable(true, true), capable(true, false)).isWorse, false);
    assert.equal(compare(capable(false, false), capable(true, true)).isWorse, false);
  });

  it("is no capability if one run does not know whether it is configured", () => {
    const configured = (value: boolean | "not known") =>
      reportOf([], {
        capabilities: [{ capability: "back-channel", declared: true, configured: value, observed: false }],
      });
    for (const [before, then] of [
      [true, "not known"],
      ["not known", false],
    ] as const)
      assert.deepEqual(compare(configured(before), configured(then)).capabilities, []);
    assert.equal(compare(configured(true), configured(false)).isWorse, true);
  });

  it("is another issuer, or another driver", () => {
    const { differences } = compare(one("pass"), { ...one("pass"), issuer: "https://other.example" });
    assert.deepEqual(differences, [
      { field: "issuer", before: "https://op.example", after: "https://other.example" },
    ]);
  });
});

describe("the comparison in words", () => {
  const before = reportOf([madeUp("R-01"), madeUp("R-02"), failed("R-03"), madeUp("R-04")]);
  const after_ = reportOf(
    [
      madeUp("R-01", { verdict: "warn", reason: "slow" }),
      failed("R-02", { reason: "<b>\u001b[31m gone\nnext" }),
      madeUp("R-03"),
      madeUp("R-04"),
    ],
    { driver: "mine" },
  );
  const comparison = compare(before, after_);

  it("has the worst first, in a terminal that the OP cannot control", () => {
    const text = textOf(before, after_, comparison);
    const titles = text.match(/^\w.*/gm);
    assert.deepEqual(titles?.slice(1), [
      "Different driver: generic, then mine",
      ...["New failures (1)", "Worse (1)", "Fixed (1)"],
      "Worse (new failures 1, otherwise worse 1, fixed 1)",
    ]);
    assert.match(
      text,
      /pass → fail {2}R-02 What R-02 is about \(RIL 2, high\)\n {6}<b>\\u001b\[31m gone next\n/,
    );
    assert.doesNotMatch(text, /R-04/);
    assert.ok(!text.includes("\u001b"));
  });

  it("has both reasons if only the reason has changed", () => {
    const [then, now] = [one("info", "It is kept."), one("info", "It is forgotten.")];
    const comparison = compare(then, now);
    assert.match(
      textOf(then, now, comparison),
      /^Other changes \(1\)\n {2}still info {2}R-01 .*\n {6}It is forgotten\.\n {6}before: It is kept\.\n/m,
    );
    assert.match(
      markdownOf(then, now, comparison),
      /high\)\\\n {2}It is forgotten\.\\\n {2}before: It is kept\.\n/,
    );
  });

  it("is Markdown that shows text of the OP without obeying it", () => {
    const text = markdownOf(before, after_, comparison);
    assert.match(text, /^# ❌ Single logout: Worse/);
    assert.match(text, /- pass → fail {2}R-02 [^\n]*\\\n {2}\\<b\\>\\\\u001b\\\[31m gone next\n/);
  });
});

describe("slo-playground compare", () => {
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  after(() => rmSync(folder, { recursive: true }));
  const saved = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], { encoding: "utf8" });
  const good = saved("good.json", one("pass"));
  const bad = saved("bad.json", one("fail", "no token came"));
  const other: Report = { ...one("pass"), checks: [{ ...madeUp("R-01"), verdict: "flaky" as Verdict }] };

  it("exits with 0 if nothing is worse, with 1 if something is", () => {
    assert.equal(run(bad, good).status, 0);
    const { status, stdout } = run(good, bad);
    assert.equal(status, 1);
    assert.match(stdout, /^New failures \(1\)$/m);
    assert.match(run(good, bad, "--md").stdout, /^## New failures \(1\)$/m);
  });

  const unreadable: [what: string, path: string, line: RegExp][] = [
    ["does not exist", join(folder, "absent.json"), /absent\.json cannot be read: ENOENT/],
    [
      "is from an interrupted run",
      saved("half.json", { ...one("pass"), interrupted: true }),
      /half\.json is from an interrupted run/,
    ],
    ["is not JSON", saved("text.json", "<html>\n"), /text\.json cannot be read: /],
    [
      "is something else",
      saved("package.json", { name: "x" }),
      /package\.json is not a report\.json .*issuer: /,
    ],
    [
      "has another verdict",
      saved("verdict.json", other),
      /verdict\.json is not a report\.json .*checks\.0\.verdict: /,
    ],
  ];
  for (const [what, path, line] of unreadable) {
    it(`exits with 2 and one line if a file ${what}`, () => {
      const { status, stdout, stderr } = run(good, path);
      assert.deepEqual([status, stdout, stderr.trimEnd().split("\n").length], [2, "", 1]);
      assert.match(stderr, line);
    });
  }

  for (const args of [[], [good], [good, bad, good], [good, bad, "--html"]]) {
    it(`exits with 2 and one line for ${args.length} invalid arguments`, () => {
      const { status, stderr } = run(...args);
      assert.deepEqual([status, stderr.trimEnd().split("\n").length], [2, 1]);
      assert.match(stderr, /npm run compare/);
    });
  }
});
