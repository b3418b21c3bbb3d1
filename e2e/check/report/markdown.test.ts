import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { markdownOf, md } from "./markdown.ts";
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

  it("keeps what the OP says in its cell and in its block", () => {
    const hostile = markdownOf(saidByOp("x|y\n````\n</details><script>alert(1)</script>\n## Owned"));
    const tame = markdownOf(saidByOp("harmless"));
    const rows = (text: string) => text.split("\n").filter((line) => /^\| /.test(line)).length;
    assert.equal(rows(hostile), rows(tame));
    const [, fence = ""] = /^(`+)sh$/m.exec(hostile) ?? [];
    const outside = hostile.split(new RegExp(`^${fence}(?:sh)?$`, "m")).filter((_, index) => index % 2 === 0);
    assert.equal(fence.length, 5);
    assert.doesNotMatch(outside.join(""), /(?<!\\)<(script|\/details\\)|^## Owned/m);
  });

  it("stays short enough for a comment", () => {
    const checks = Array.from({ length: 60 }, (_, index) =>
      failed(`R-${String(index + 1).padStart(2, "0")}`),
    );
    assert.ok(markdownOf(reportOf(checks)).length < 65_536);
  });
});
