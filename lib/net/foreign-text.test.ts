import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { foreignText, nestsDeeper, oneLine, visible, visibleInColour } from "./foreign-text.ts";

/** A value in ten thousand lists or objects, which `JSON.stringify` cannot write. */
const deep = (open: string, close: string): unknown =>
  JSON.parse(`${open.repeat(10_000)}0${close.repeat(10_000)}`);

describe("foreign text", () => {
  test("keeps tabs and line breaks, and shows what is invisible", () => {
    assert.equal(visible("a\tb\r\nc"), "a\tb\nc");
    assert.equal(visible("\u001b[2J\u202eevil\ufeff"), "\\u001b[2J\\u202eevil\\ufeff");
    assert.equal(visible("op.exam\u200bple\u2060\u00ad"), "op.exam\\u200bple\\u2060\\u00ad");
    assert.equal(visible("half \ud83d"), "half \ufffd");
  });

  test("keeps the colours of our own processes, and nothing else that moves a terminal", () => {
    assert.equal(
      visibleInColour("\u001b[32mok\u001b[39m \u001b[2J\u202e"),
      "\u001b[32mok\u001b[39m \\u001b[2J\\u202e",
    );
  });

  test("on one line has no breaks of any kind", () => {
    assert.equal(oneLine("  a \r\n\n  b\rc\u2028d "), "a b c\\u2028d");
    assert.equal(oneLine("two  columns"), "two  columns");
    assert.equal(oneLine("\n \n"), "");
  });

  test("is cut, and never within a character that it shows", () => {
    assert.equal(oneLine("x".repeat(6), 5), "xxxxx…");
    assert.equal(oneLine("xxxxx", 5), "xxxxx");
    assert.equal(oneLine("xxxx\u{1f511}x", 5), "xxxx\ufffd…");
    assert.equal(oneLine("\u202ex", 1), "\\u202e…");
  });

  test("takes no longer for many spaces than for as many letters", () => {
    const took = (text: string) => {
      const before = process.cpuUsage();
      oneLine(text, 10);
      return process.cpuUsage(before).user;
    };
    took("x".repeat(200_000)); // not the first call
    assert.ok(took(" ".repeat(200_000)) < 200_000 /* µs; quadratic it takes seconds */);
  });

  test("tells how deep a value is nested", () => {
    assert.equal(nestsDeeper([{ a: 1 }], 2), false);
    assert.equal(nestsDeeper([{ a: [] }], 2), true);
    assert.equal(nestsDeeper("text", 0), false);
    assert.equal(nestsDeeper(deep("[", "]"), 32), true);
  });

  const values: [value: unknown, text: string][] = [
    [" te\nxt ", " te\\nxt "],
    [{ iss: "a\u202e" }, '{"iss":"a\\u202e"}'],
    [["a", 1, null], '["a",1,null]'],
    [undefined, "absent"],
    [null, "null"],
    [Number.NaN, "NaN"],
    [{ toString: 1, list: [{ valueOf: null }] }, '{"toString":1,"list":[{"valueOf":null}]}'],
    [deep("[", "]"), "[[[[[[[[[…]]]]]]]]]"],
    [deep('{"a":', "}"), `${'{"a":'.repeat(8)}{…}${"}".repeat(8)}`],
    ["x".repeat(201), `${"x".repeat(200)}…`],
    [["x".repeat(500), "y"], `["${"x".repeat(198)}…`],
    [Array(1_000_000).fill(1), `[${"1,".repeat(99)}1…`],
  ];
  for (const [value, text] of values)
    test(`is exact: ${text.slice(0, 20)}`, () => assert.equal(foreignText(value), text));
});
