import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { foreignText, oneLine, visible } from "./foreign-text.ts";

describe("foreign text", () => {
  test("keeps tabs and line breaks, and shows what is invisible", () => {
    assert.equal(visible("a\tb\r\nc"), "a\tb\nc");
    assert.equal(visible("\u001b[2J\u202eevil\ufeff"), "\\u001b[2J\\u202eevil\\ufeff");
    assert.equal(visible("half \ud83d"), "half \ufffd");
  });

  test("on one line has no breaks of any kind", () => {
    assert.equal(oneLine("  a \r\n\n  b\rc\u2028d "), "a b c\\u2028d");
    assert.equal(oneLine("two  columns"), "two  columns");
  });

  test("is cut, and never within a character that it shows", () => {
    assert.equal(oneLine("x".repeat(6), 5), "xxxxx…");
    assert.equal(oneLine("xxxxx", 5), "xxxxx");
    assert.equal(oneLine("xxxx\u{1f511}x", 5), "xxxx\ufffd…");
    assert.equal(oneLine("\u202ex", 1), "\\u202e…");
  });

  const values: [value: unknown, text: string][] = [
    [" te\nxt ", " te\\nxt "],
    [{ iss: "a\u202e" }, '{"iss":"a\\u202e"}'],
    [["a", 1, null], '["a",1,null]'],
    [undefined, "absent"],
    [null, "null"],
    ["x".repeat(201), `${"x".repeat(200)}…`],
  ];
  for (const [value, text] of values)
    test(`is exact: ${text.slice(0, 20)}`, () => assert.equal(foreignText(value), text));
});
