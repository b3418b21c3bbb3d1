import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { readCheckCounts, readNodeCounts, readPlaywrightCounts } from "./counts.ts";
import { type StageResult, summarize } from "./summary.ts";

const seconds = 1.23;
const ok = (name: string, passed?: number): StageResult => ({
  name,
  seconds,
  outcome: "ok",
  ...(passed !== undefined && { counts: { passed, failed: 0, skipped: 0, failures: [] } }),
});

describe("the summary of npm test", () => {
  it("ends with one line that adds up the runners' counts", () => {
    const { lines, ok: passed } = summarize([ok("lint"), ok("unit", 40), ok("e2e", 2)]);
    assert.ok(passed);
    assert.deepEqual(lines, [
      "lint  ok        1.2 s",
      "unit  ok        1.2 s",
      "e2e   ok        1.2 s",
      "42 passed, 0 failed",
    ]);
  });

  const failures: [string, StageResult, string][] = [
    [
      "a failed test",
      {
        name: "unit",
        seconds,
        outcome: "failed",
        counts: { passed: 3, failed: 2, skipped: 1, failures: [] },
      },
      "3 passed, 2 failed, 1 skipped",
    ],
    ["a stage without tests", { name: "lint", seconds, outcome: "failed" }, "0 passed, 1 failed"],
    [
      "a runner that breaks after its tests",
      {
        name: "unit",
        seconds,
        outcome: "failed",
        counts: { passed: 3, failed: 0, skipped: 0, failures: [] },
      },
      "3 passed, 1 failed",
    ],
  ];
  for (const [what, result, line] of failures) {
    it(`counts ${what} as failed`, () => {
      const { lines, ok: passed } = summarize([result]);
      assert.ok(!passed);
      assert.equal(lines.at(-1), line);
    });
  }

  it("names what failed below its stage, and why, in a line", () => {
    const why = "\u001B[31mnot equal\u001B[39m\n  1 !== 2";
    const failures = [
      { name: "a › one" },
      { name: "a › two", why },
      { name: "a › three", why: "x".repeat(900) },
    ];
    const counts = { passed: 1, failed: 3, skipped: 0, failures };
    const { lines } = summarize([{ name: "e2e", seconds, outcome: "failed", counts }, ok("check", 1)]);
    assert.deepEqual(lines.slice(1, 5), [
      "  ✖ a › one",
      "  ✖ a › two",
      "      not equal 1 !== 2",
      "  ✖ a › three",
    ]);
    assert.match(lines[5] ?? "", /^ {6}x{300}…$/);
  });

  it("is no failure when a lane was left out", () => {
    const { lines, ok: passed } = summarize([ok("unit", 1), { name: "e2e", seconds, outcome: "left out" }]);
    assert.ok(passed);
    assert.match(lines[1] ?? "", /^e2e {3}left out/);
  });
});

describe("the runners' counts", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "counts-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    const full = path.join(folder, name);
    writeFileSync(full, text);
    return full;
  };

  it("come from node --test itself, through our reporter", () => {
    const tests = file(
      "sample.test.mjs",
      `import { describe, it, test } from "node:test";
       describe("suite", () => { it("passes", () => {}); it("fails", () => { throw new Error("on purpose"); }); });
       test.todo("later");`,
    );
    const broken = file("broken.test.mjs", "throw new Error('cannot be loaded');");
    const result = path.join(folder, "counts.json");
    const reporter = new URL("./count-reporter.mjs", import.meta.url).href;
    const args = [
      "--test",
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${result}`,
      tests,
      broken,
    ];
    // Of a test runner within a test runner, the inner one must not take itself for a part of the outer one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    assert.equal(spawnSync(process.execPath, args, { env }).status, 1);
    const { failures, ...counts } = readNodeCounts(result) ?? assert.fail("no counts");
    assert.deepEqual(counts, { passed: 1, failed: 2, skipped: 1 });
    assert.equal(failures.length, 2, "the suite is not named beside its test");
    const inSample = failures.find(({ name }) => /sample\.test\.mjs › fails$/.test(name));
    assert.equal(inSample?.why, "on purpose");
    assert.ok(failures.some(({ name }) => /broken\.test\.mjs/.test(name)));
  });

  it("come from Playwright's report; a flaky test has passed", () => {
    const results = [{ error: { message: "Timed out" } }];
    const report = file(
      "report.json",
      JSON.stringify({
        stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 },
        suites: [
          {
            title: "a.spec.ts",
            specs: [{ title: "holds", ok: true, tests: [{ results: [{}] }] }],
            suites: [{ title: "inner", specs: [{ title: "breaks", ok: false, tests: [{ results }] }] }],
          },
        ],
      }),
    );
    const failures = [{ name: "a.spec.ts › inner › breaks", why: "Timed out" }];
    assert.deepEqual(readPlaywrightCounts(report), { passed: 6, failed: 1, skipped: 2, failures });
  });

  it("come from a report of the regression suite; what is as expected has passed", () => {
    const expected = { verdict: "fail", reason: "known" };
    const checks = [
      { verdict: "pass" },
      { verdict: "warn" },
      { verdict: "fail", expected },
      { verdict: "fail", reason: "It was late." },
      { verdict: "pass", expected },
      { verdict: "skip" },
    ].map((check, at) => ({ id: `B-0${at}`, title: "A title", ...check }));
    assert.deepEqual(readCheckCounts(file("check.json", JSON.stringify({ checks }))), {
      passed: 3,
      failed: 2,
      skipped: 1,
      failures: [
        { name: "B-03 A title: fail", why: "It was late." },
        { name: "B-04 A title: pass", why: undefined },
      ],
    });
    const strict = readCheckCounts(file("strict.json", JSON.stringify({ checks })), ["fail", "warn"]);
    assert.deepEqual([strict?.passed, strict?.failed], [2, 3]);
    assert.equal(readCheckCounts(file("other-check.json", "{}")), undefined);
  });

  it("are none where a runner left no result, or half of one", () => {
    assert.equal(readNodeCounts(path.join(folder, "absent.json")), undefined);
    assert.equal(readPlaywrightCounts(file("half.json", '{"stats":')), undefined);
    assert.equal(readNodeCounts(file("other.json", "{}")), undefined);
  });
});
