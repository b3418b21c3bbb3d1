import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { redactedPage } from "./redacted-html.ts";

/** What is shown of the body. */
const shown = (html: string): string =>
  redactedPage(html)
    .html.replace(/^<html><head>(.*)<\/head><body>(.*)<\/body><\/html>$/s, "$1$2")
    .trim();

describe("a page in evidence", () => {
  it("keeps what the user and the driver see", () => {
    const visible = `<html lang="en"><head><title>Log out?</title></head>
<body><form id="ask" method="post" action="/logout/confirm"><p class="lead">Log out of a &gt; b?</p>
<input type="submit" name="yes" value="Yes, log out"><button name="no" type="submit" disabled>No</button></form>
<iframe src="https://rp.example/fclogout?iss=https%3A%2F%2Fop.example&sid=s-1"></iframe></body></html>`;
    const { title, html } = redactedPage(`<!doctype html>${visible.replace("&sid", "&amp;sid")}`);
    assert.equal(html, visible);
    assert.equal(title, "Log out?");
  });

  const cases: [what: string, html: string, expected: string][] = [
    [
      "a hidden field",
      '<input type="hidden" name="xsrf" value="k-1">',
      '<input type="hidden" name="xsrf" value="(left out)">',
    ],
    ["a field without a type", '<input value="k-1" name="xsrf">', '<input value="(left out)" name="xsrf">'],
    ["a value without quotes", "<input name=xsrf value=k-1>", '<input name="xsrf" value="(left out)">'],
    ["a value in single quotes", "<input value='k-1'>", '<input value="(left out)">'],
    [
      "a field with two types",
      '<input type="hidden" type="submit" value="k-1">',
      '<input type="hidden" value="(left out)">',
    ],
    ["a password", '<input type="password" value="k-1">', '<input type="password" value="(left out)">'],
    [
      "a button's value, which it does not show",
      '<button type="submit" value="k-1">Yes</button>',
      '<button type="submit" value="(left out)">Yes</button>',
    ],
    [
      "an option",
      '<select><option value="k-1">a</option></select>',
      '<select><option value="(left out)">a</option></select>',
    ],
    ["a data attribute", '<form data-csrf="k-1" id="f"></form>', '<form id="f"></form>'],
    ["an event handler", `<a onclick="send('k-1')" href="#">on</a>`, '<a href="#">on</a>'],
    ["an event handler in capitals", `<A ONCLICK="send('k-1')">on</A>`, "<a>on</a>"],
    ["an event handler behind a slash", `<img/onerror="send('k-1')"/alt="x">`, '<img alt="x">'],
    ["a style", `<p style="background:url(/k-1)">a</p>`, "<p>a</p>"],
    ["a script", '<p>a</p><script nonce="n">const t = "<k-1>";</script>', "<p>a</p>"],
    ["a script with markup in it", '<script>"<!--<script>"</script>k-1</script><p>a</p>', "<p>a</p>"],
    ["a script without an end", "<p>a</p><script>k-1", "<p>a</p>"],
    [
      "a script with an attribute that quotes a bracket",
      `<script data-x=">">k-1</script><p>a</p>`,
      "<p>a</p>",
    ],
    ["a script whose end has attributes", `<script>k-1</script a=">"><p>a</p>`, "<p>a</p>"],
    ["a style sheet", "<p>a</p><style>a { background: url(/k-1) }</style>", "<p>a</p>"],
    ["a meta element", '<meta name="csrf" content="a>k-1"><p>a</p>', "<p>a</p>"],
    ["a base", '<base href="/k-1/"><p>a</p>', "<p>a</p>"],
    ["a comment", "<p>a</p><!-- k-1 -->", "<p>a</p>"],
    ["a comment with an odd end", "<p>a</p><!-- k-1 --!><p>b</p>", "<p>a</p><p>b</p>"],
    ["a comment without an end", "<p>a</p><!-- k-1", "<p>a</p>"],
    ["a bogus comment", "<p>a</p><? k-1 ?><![CDATA[k-1]]></ k-1>", "<p>a</p>"],
    ["a doctype", '<!doctype html SYSTEM "k-1"><p>a</p>', "<p>a</p>"],
    ["a textarea", '<textarea name="t">k-1</textarea>', '<textarea name="t">(left out)</textarea>'],
    ["a textarea with markup in it", "<textarea><b>k-1</b></textarea>", "<textarea>(left out)</textarea>"],
    ["a template", "<template><p>k-1</p></template><p>a</p>", "<p>a</p>"],
    [
      "a template in a table",
      "<table><template><tr><td>k-1</template></table><p>a</p>",
      "<table></table><p>a</p>",
    ],
    ["a noscript", "<noscript><p>k-1</p></noscript><p>a</p>", "<p>a</p>"],
    ["a drawing", "<svg><title>k-1</title><text>k-1</text></svg><p>a</p>", "<p>a</p>"],
    ["a script in a drawing", "<svg><script>k-1</script><desc><p>k-1</p></desc></svg><p>a</p>", "<p>a</p>"],
    [
      "a formula",
      "<math><annotation-xml encoding='text/html'><p>k-1</p></annotation-xml></math><p>a</p>",
      "<p>a</p>",
    ],
    ["raw text", "<xmp>k-1</xmp><noembed>k-1</noembed><noframes>k-1</noframes><p>a</p>", "<p>a</p>"],
    ["the plain text of the rest", '<p>a</p><plaintext>b</plaintext><input value="k-1">', "<p>a</p>"],
    ["an object", '<object data="/k-1"><param value="k-1">k-1</object><p>a</p>', "<p>a</p>"],
    ["a list of suggestions", '<datalist><option value="k-1">k-1</datalist><p>a</p>', "<p>a</p>"],
    ["an element that is not shown", "<p hidden>k-1 <b>k-1</b></p>", "<p hidden>(left out)</p>"],
    ["an element that its style hides", '<p style="color: red; DISPLAY : none">k-1</p>', "<p>(left out)</p>"],
    [
      "a closed dialog",
      "<dialog>k-1</dialog><dialog open>a</dialog>",
      "<dialog>(left out)</dialog><dialog>a</dialog>",
    ],
    ["a closed popover", "<p popover>k-1</p>", "<p>(left out)</p>"],
    ["a document in a frame", '<iframe srcdoc="<b>k-1</b>" id="f"></iframe>', '<iframe id="f"></iframe>'],
    ["the fallback of a frame", "<iframe id='f'><b>k-1</b></iframe>", '<iframe id="f"></iframe>'],
    [
      "a key in an address",
      '<a href="/on?key=k-1&amp;state=s">on</a>',
      '<a href="/on?key=(left out)&state=s">on</a>',
    ],
    [
      "credentials in an address",
      '<a href="https://k-1@op.example/">on</a>',
      '<a href="https://(left out)@op.example/">on</a>',
    ],
    [
      "a script in an address",
      `<a href="javascript:send('k-1')">on</a>`,
      '<a href="javascript:(left out)">on</a>',
    ],
    [
      "a script in an address that hides its scheme",
      `<a href="&#1; JAVA\tscr\nipt:send('k-1')">on</a>`,
      '<a href="JAVAscript:(left out)">on</a>',
    ],
    [
      "a document in an address",
      '<iframe src="data:text/html;base64,k-1"></iframe>',
      '<iframe src="data:(left out)"></iframe>',
    ],
    ["a set of pictures", '<img src="/a.png" srcset="/k-1.png 2x" alt="a">', '<img src="/a.png" alt="a">'],
    [
      "a tag that quotes a bracket",
      '<input title="a > b" value="k-1">',
      '<input title="a > b" value="(left out)">',
    ],
    ["a tag without an end", '<p>a</p><input value="k-1', "<p>a</p>"],
  ];
  for (const [what, html, expected] of cases) {
    it(`has no secret in ${what}`, () => assert.equal(shown(html), expected));
  }

  it("shows no attribute or element that a value pretends to be", () => {
    const value = `a&quot; value=&quot;&lt;input&gt;&lt;/title&gt;`;
    const { html } = redactedPage(`<title>a&lt;b</title><p title="${value}">&lt;input value="x"&gt;</p>`);
    assert.match(html, /<title>a&lt;b<\/title>/);
    assert.match(html, /<p title="a&quot; value=&quot;&lt;input>&lt;\/title>">&lt;input value="x"&gt;<\/p>/);
  });

  it("redacts texts, titles and attributes as the user reads them", () => {
    const secret = `a&b<c>  "d"`;
    const escaped = "a&amp;b&lt;c&gt;  &quot;d&quot;";
    const page = `<title>${escaped}</title><p title="${escaped}">${escaped}</p><a href="/${escaped}">on</a>`;
    const redacted = redactedPage(page, (text) => text.replaceAll(secret, "(secret)"));
    assert.equal(redacted.title, "(secret)");
    assert.match(redacted.html, /<p title="\(secret\)">\(secret\)<\/p><a href="\/\(secret\)">/);
  });

  it("has the page's own title, not that of a drawing or a comment", () => {
    const { title } = redactedPage(
      "<!-- <title>k-1</title> --><svg><title>k-1</title></svg><title>Bye</title>",
    );
    assert.equal(title, "Bye");
  });

  it("is read quickly, whatever it is", () => {
    const began = performance.now();
    for (const part of ["<", '<a b="', "<script>", "<!--", '<a "', "<input value=", "<div>", "<b><p>"])
      redactedPage(part.repeat(20_000));
    assert.ok(performance.now() - began < 5_000);
  });
});
