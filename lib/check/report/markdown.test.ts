import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CheckResult } from "../model/check.ts";
import { markdownOf, md } from "./markdown.ts";
import type { Report } from "./report.ts";
import { failed, madeUp, reportOf, saidByOp } from "./testing/made-up.ts";

describe("report.md", () => {
  it("has the counts, then failures with reason and curl, and folds the rest", () => {
    const text = markdownOf(
      reportOf([
        madeUp("R-01"),
        failed("R-02", { curl: "curl -i 'https://op.example/logout'", clause: "RIL 3" }),
        failed("B-01", { expected: { verdict: "fail", reason: "ticket 12" } }),
      ]),
    );
    const [shown = "", ...folded] = text.split("<details>");
    assert.match(shown, /^# ❌ Single logout: 1 failure, 1 expected failure\n/);
    assert.match(shown, /\*\*2 fail, 0 warn, 1 pass, 0 info, 0 skip\*\*/);
    assert.match(
      shown,
      /### R-02 What R-02 is about\n\n\*\*fail\*\* · RIL 3 · high\n\nwhy R-02 failed\n\n```sh\ncurl -i 'https:\/\/op\.example\/logout'\n```/,
    );
    assert.doesNotMatch(shown, /R-01|B-01/);
    assert.match(
      folded.join(""),
      /\| fail \| B-01 [^|]*\| RIL 2 \| why B-01 failed As expected: ticket 12 \|[\s\S]*\| pass \| R-01 /,
    );
  });

  it("has the notes about the run above everything else", () => {
    const text = markdownOf(reportOf([madeUp("R-01")], { notes: ["The OP *said* no.", "And no."] }));
    assert.match(text, /0 skip\*\*\n\n- The OP \\\*said\\\* no\.\n- And no\.\n\n<details>/);
    assert.doesNotMatch(markdownOf(reportOf([madeUp("R-01")])), /^- /m);
  });

  const cases: [text: string, escaped: string][] = [
    ["<img src=x>", "\\<img src=x\\>"],
    ["![x](https://evil.example/x.png)", "\\!\\[x\\](https\\://evil.example/x.png)"],
    ["[here](javascript:alert(1))", "\\[here\\](javascript:alert(1))"],
    ["a | b", "a \\| b"],
    ["`code` *em* _em_ ~~gone~~ \\", "\\`code\\` \\*em\\* \\_em\\_ \\~\\~gone\\~\\~ \\\\"],
    ["&lt;b&gt;", "\\&lt;b\\&gt;"],
    ["www.evil.example", "www\\.evil.example"],
    ["@team see #12", "@\u2060team see #\u206012"],
    ["one\n# two\r\n\n| three", "one # two \\| three"],
    ["a\u202eb\u0007", "a\\\\u202eb\\\\u0007"],
  ];
  for (const [text, escaped] of cases) {
    it(`shows ${JSON.stringify(text)} as it is`, () => assert.equal(md(text), escaped));
  }

  it("keeps text of the OP in its cell and in its block", () => {
    const hostile = markdownOf(saidByOp("x|y\n````\n</details><script>alert(1)</script>\n## Owned"));
    const tame = markdownOf(saidByOp("harmless"));
    const rows = (text: string) => text.split("\n").filter((line) => /^\| /.test(line)).length;
    assert.equal(rows(hostile), rows(tame));
    const [, fence = ""] = /^(`+)sh$/m.exec(hostile) ?? [];
    const outside = hostile
      .split(new RegExp(`^${fence}(?:sh|text)?$`, "m"))
      .filter((_, index) => index % 2 === 0);
    assert.equal(fence.length, 5);
    assert.doesNotMatch(outside.join(""), /(?<!\\)<(script|\/details\\)|^## Owned/m);
  });

  it("folds the evidence of a failure, and shortens it", () => {
    const evidence = [
      { at: 1_234, what: "logout\nrequest", detail: { method: "GET", url: "https://op.example/logout" } },
      { at: 2_000, what: "page", detail: `\`\`\`\`\n</details>${"x".repeat(5_000)}` },
    ];
    const text = markdownOf(reportOf([failed("R-91", { evidence }), madeUp("R-92", { evidence })]));
    const [, block = ""] =
      /<details><summary>Evidence \(2\)<\/summary>\n\n`{5}text\n([\s\S]*?)\n`{5}\n/.exec(text) ?? [];
    assert.match(block, /^\+1\.23 s logout request\n\{\n {2}"method": "GET",\n/);
    assert.match(block, /^\+2\.00 s page\n````\n<\/details>x{980,}… \(5015 characters\)$/m);
    assert.equal(text.split("logout request").length, 2, "that of a pass is only in report.html");
  });

  const many = (count: number, over: Partial<CheckResult>) =>
    reportOf(
      Array.from({ length: count }, (_, index) => failed(`R-${String(index + 1).padStart(2, "0")}`, over)),
    );
  const entry = (length: number) => ({ at: 1, what: "page", detail: "x".repeat(length) });

  it("stays short enough for a comment, and says what was omitted", () => {
    const evidence = Array.from({ length: 10 }, () => entry(5_000));
    const cases: [report: Report, omitted: RegExp | undefined][] = [
      [many(2, {}), undefined],
      [many(2, { evidence }), undefined],
      [many(60, {}), /^Omitted for length: pages of checks \(\d+\)\. See report\.html for everything\.$/m],
      [
        many(60, { evidence }),
        /^Omitted for length: evidence \(\d+\), pages of checks \(\d+\)\. See report/m,
      ],
      [many(60, { reason: "y".repeat(5_000) }), /^Omitted for length: failures \(\d+\)/m],
      [
        reportOf(many(60, { verdict: "warn", reason: "y".repeat(5_000) }).checks),
        /^Omitted for length: tables \(1\)/m,
      ],
    ];
    for (const [report, omitted] of cases) {
      const text = markdownOf(report);
      assert.ok(text.length < 60_000, String(text.length));
      if (omitted) assert.match(text, omitted);
      else assert.doesNotMatch(text, /^Omitted/m);
    }
  });

  it("keeps the evidence of the worst failures", () => {
    const evidence = Array.from({ length: 10 }, () => entry(5_000));
    const report = many(60, { evidence });
    report.checks.push(failed("I-91", { severity: "critical", evidence }));
    const [, first = ""] = markdownOf(report).split("### ");
    assert.match(first, /^I-91 [\s\S]*<summary>Evidence \(10\)/);
  });
});
