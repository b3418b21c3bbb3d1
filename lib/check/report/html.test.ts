import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { guideHtml } from "./guide-html.ts";
import { htmlOf } from "./html.ts";
import { failed, madeUp, reportOf, saidByOp } from "./testing/made-up.ts";

const tagsOf = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" };
const textOf = (html: string): string =>
  html.replaceAll(/<[^>]*>/g, "").replaceAll(/&(#?\w+);/g, (_, name: string) => entities[name] ?? "");
const idsIn = (html: string): string[] =>
  [...html.matchAll(/<details class="check [^"]*" id="([^"]+)" (open)?/g)].map(
    ([, id, open]) => `${id}${open ? " open" : ""}`,
  );
const known = { verdict: "fail", reason: "ticket 12" } as const;

describe("report.html", () => {
  it("has surprises first, then known failures, warnings, and the rest folded; the worst first in each", () => {
    const report = reportOf([
      madeUp("R-01"),
      madeUp("R-02", { verdict: "warn", reason: "hm" }),
      failed("R-03", { expected: known }),
      failed("R-04", { severity: "low" }),
      madeUp("B-01", { expected: known, severity: "medium" }),
      failed("B-02", { severity: "critical" }),
      madeUp("B-02", { cookieMode: "cookies-blocked", verdict: "skip", reason: "not here" }),
    ]);
    assert.deepEqual(idsIn(htmlOf(report)), [
      ...["B-02 open", "B-01 open", "R-04 open", "R-03 open"],
      ...["R-02", "R-01", "B-02-cookies-blocked"],
    ]);
  });

  it("sums up the run in a sentence", () => {
    const sentence = (...checks: Parameters<typeof reportOf>[0]) =>
      /<p class="note (\w+)">([^<]*)/.exec(htmlOf(reportOf(checks)))?.slice(1);
    assert.deepEqual(sentence(madeUp("R-01")), ["good", "Nothing failed"]);
    assert.deepEqual(sentence(failed("R-01", { expected: known })), [
      ...["good", "Nothing unexpected; 1 expected failure"],
    ]);
    assert.deepEqual(sentence(failed("R-01"), failed("R-02"), madeUp("R-03", { expected: known })), [
      ...["bad", "2 failures, 1 expectation out of date"],
    ]);
  });

  it("has the notes about the run, escaped", () => {
    const text = htmlOf(reportOf([madeUp("R-01")], { notes: ["The OP said <b>."] }));
    assert.match(text, /<p class="note warn">The OP said &lt;b&gt;\.<\/p>/);
  });

  const hostile = [
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    `' onmouseover='alert(1)`,
    `</pre></details></style><iframe src="https://evil.example">`,
    `<!-- --><svg/onload=alert(1)>`,
    "javascript:alert(1)",
  ];
  for (const text of hostile) {
    it(`has no element or attribute from the OP: ${text}`, () => {
      const html = htmlOf(saidByOp(text));
      assert.deepEqual(tagsOf(html), tagsOf(htmlOf(saidByOp("harmless"))));
      assert.ok(textOf(html).includes(text));
    });
  }

  it("shows invisible characters, and those that change the reading direction", () => {
    const html = htmlOf(saidByOp("a\u0000b\u202ec\u2028d\ud800e"));
    assert.ok(html.includes("a\\u0000b\\u202ec\\u2028d\ufffde"));
    for (const hidden of ["\u0000", "\u202e", "\u2028"]) assert.ok(!html.includes(hidden));
  });

  it("allows only its own style sheet and loads nothing", () => {
    const html = htmlOf(reportOf([failed("R-01")]));
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    assert.match(
      html,
      /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/,
    );
    assert.ok(html.includes(`sha256-${hash}&#39;`));
    assert.doesNotMatch(html, /<script|\ssrc=|<link|url\(|@import/);
  });
});

describe("the pages of the checks", () => {
  it("are paragraphs, lists, code, emphasis and links", () => {
    const html = guideHtml(
      "Sends a `state`,\nand **waits**.\n\n- one, see [RIL 2](https://openid.net/a#b)\n- two\n  goes on\n\n```sh\na < b\n```",
    ).toString();
    assert.equal(
      html,
      `<p>Sends a <code>state</code>, and <strong>waits</strong>.</p>` +
        `<ul><li>one, see <a href="https://openid.net/a#b">RIL 2</a></li><li>two goes on</li></ul>` +
        `<pre>a &lt; b</pre>`,
    );
  });

  it("contain no HTML, and link only to https", () => {
    const html = guideHtml(`<b>x</b> [here](javascript:alert(1)) <https://op.example>`).toString();
    assert.equal(
      html,
      `<p>&lt;b&gt;x&lt;/b&gt; [here](javascript:alert(1)) <a href="https://op.example">https://op.example</a></p>`,
    );
  });
});
