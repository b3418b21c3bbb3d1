import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CannotRun } from "#lib/cli/errors.ts";
import { junitOf } from "./junit.ts";
import { failed, madeUp, reportOf, saidByOp } from "./testing/made-up.ts";
import { prepareReports, writeReports } from "./write.ts";

const known = { verdict: "fail", reason: "ticket 12" } as const;
const caseOf = (xml: string, name: string): string =>
  new RegExp(`<testcase name="${name}[\\s\\S]*?</testcase>`).exec(xml)?.[0] ?? assert.fail(`no ${name}`);

describe("junit.xml", () => {
  const xml = junitOf(
    reportOf([
      madeUp("R-01"),
      failed("R-02"),
      failed("R-02", { cookieMode: "cookies-blocked", expected: known }),
      madeUp("R-03", { expected: known }),
      madeUp("B-01", { verdict: "skip", reason: "Discovery declares no such thing." }),
      madeUp("B-02", { verdict: "warn", reason: "hm" }),
      madeUp("B-03", { verdict: "skip", expected: { verdict: "warn", reason: "slow" } }),
    ]),
  );

  it("has a suite for each family, with its counts and its time in seconds", () => {
    assert.match(
      xml,
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="single logout of https:\/\/op\.example" tests="7" failures="3" errors="0" time="83\.000">/,
    );
    assert.match(
      xml,
      /<testsuite name="RP-Initiated Logout" tests="4" failures="2" errors="0" skipped="1" time="6\.000" /,
    );
    assert.match(xml, /<testsuite name="Back-Channel Logout" tests="3" failures="1" errors="0" skipped="1" /);
    assert.equal(xml.match(/<testsuite /g)?.length, 2);
  });

  it("has a plain case for a pass", () => {
    assert.equal(
      caseOf(xml, "R-01"),
      `<testcase name="R-01 What R-01 is about" classname="R-01" time="1.500"></testcase>`,
    );
  });

  it("has a failure with clause and reason for an unexpected failure", () => {
    assert.match(caseOf(xml, "R-02"), /<failure type="high" message="RIL 2: why R-02 failed">/);
  });

  it("skips an expected failure, with its reason", () => {
    const one = caseOf(xml, "R-02 What R-02 is about \\[third-party cookies blocked\\]");
    assert.match(one, /<skipped message="RIL 2: why R-02 failed As expected: ticket 12"\/>/);
  });

  it("has a failure for an outdated expectation, whatever the verdict", () => {
    for (const id of ["R-03", "B-03"])
      assert.match(
        caseOf(xml, id),
        /<failure type="stale-expectation" message="[^"]*correct the expectation/,
      );
  });

  it("skips a skipped check with its reason, and passes a warning with its text", () => {
    assert.match(caseOf(xml, "B-01"), /<skipped message="Discovery declares no such thing\."\/>/);
    assert.match(caseOf(xml, "B-02"), /<system-out>warn: hm<\/system-out>/);
  });

  it("has no markup from the OP, and no character that XML does not allow", () => {
    const tags = (text: string) => text.replaceAll(/"[^"]*"/g, '""').match(/<[^>]*>/g);
    const hostile = junitOf(saidByOp(`]]><failure a="b" c='d'>&amp;\u0000\u001b[31m\ufffe\ud800</testcase>`));
    assert.deepEqual(tags(hostile), tags(junitOf(saidByOp("harmless"))));
    assert.doesNotMatch(hostile, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
    assert.match(
      hostile,
      /&lt;failure a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;amp;\\u0000\\u001b\[31m\\ufffe\ufffd/,
    );
  });
});

describe("--report", () => {
  const folder = mkdtempSync(join(tmpdir(), "reports-"));
  after(() => rmSync(folder, { recursive: true }));

  it("creates its folder and writes four files; report.json is the report", () => {
    const report = reportOf([failed("R-01")]);
    const deep = join(folder, "a", "b");
    prepareReports(deep);
    writeReports(deep, report);
    assert.deepEqual(readdirSync(deep).sort(), ["junit.xml", "report.html", "report.json", "report.md"]);
    assert.deepEqual(JSON.parse(readFileSync(join(deep, "report.json"), "utf8")), report);
    writeFileSync(join(deep, "mine.txt"), "");
    prepareReports(deep);
    assert.deepEqual(readdirSync(deep), ["mine.txt"], "a run that cannot start leaves no report of another");
  });

  it("says in one line that a folder is not writable", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    assert.throws(
      () => writeReports(file, reportOf([])),
      (error) =>
        error instanceof CannotRun && /^--report .*file cannot be written: [^\n]*$/.test(error.message),
    );
  });
});
