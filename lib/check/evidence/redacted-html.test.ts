import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { redactedHtml } from "./redacted-html.ts";

describe("a page in evidence", () => {
  it("keeps what a person and a driver see", () => {
    const seen = `<html lang="en"><head><title>Log out?</title></head>
<body><form id="ask" method="post" action="/logout/confirm"><p class="lead">Log out of a &gt; b?</p>
<input type="submit" name="yes" value="Yes, log out"><button name="no" type="submit" disabled>No</button></form>
<iframe src="https://rp.example/fclogout?iss=https%3A%2F%2Fop.example&sid=s-1"></iframe></body></html>`;
    assert.equal(redactedHtml(seen.replace(" disabled>", ' disabled="">').replace("&sid", "&amp;sid")), seen);
  });

  const cases: [what: string, html: string, shown: string][] = [
    [
      "a hidden field",
      '<input type="hidden" name="xsrf" value="k-1">',
      '<input type="hidden" name="xsrf" value="(left out)">',
    ],
    [
      "a hidden field the other way round",
      '<input value="k-1" name="xsrf">',
      '<input value="(left out)" name="xsrf">',
    ],
    ["a password", '<input type="password" value="k-1">', '<input type="password" value="(left out)">'],
    ["a field of data", '<form data-csrf="k-1" id="f"></form>', '<form id="f"></form>'],
    ["a handler", `<a onclick="send('k-1')" href="#">on</a>`, '<a href="#">on</a>'],
    ["a script", '<p>a</p><script nonce="n">const t = "<k-1>";</script>', "<p>a</p>"],
    ["a meta element", '<meta name="csrf" content="a>k-1"><p>a</p>', "<p>a</p>"],
    ["a comment", "<p>a</p><!-- k-1 -->", "<p>a</p>"],
    ["what was typed", '<textarea name="t">k-1</textarea>', "<textarea>(left out)</textarea>"],
    [
      "a key in an address",
      '<a href="/on?key=k-1&amp;state=s">on</a>',
      '<a href="/on?key=(left out)&state=s">on</a>',
    ],
    [
      "a script in an address",
      `<a href="javascript:send('k-1')">on</a>`,
      '<a href="javascript:(left out)">on</a>',
    ],
    ["a document in a frame", '<iframe srcdoc="<b>k-1</b>" id="f"></iframe>', '<iframe id="f"></iframe>'],
    [
      "a tag that quotes a bracket",
      '<input title="a > b" value="k-1">',
      '<input title="a > b" value="(left out)">',
    ],
  ];
  for (const [what, html, shown] of cases) {
    it(`has no secret in ${what}`, () => assert.equal(redactedHtml(html), shown));
  }

  it("is read in a moment, whatever it is", () => {
    const began = performance.now();
    for (const part of ["<", '<a b="', "<script>", "<!--", '<a "', "<input value="])
      redactedHtml(part.repeat(20_000));
    assert.ok(performance.now() - began < 5_000);
  });
});
