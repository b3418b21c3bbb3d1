import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { foreignText, oneLine, visible } from "./foreign-text.ts";
import { holds, oddText } from "./testing/property.ts";

/** By Unicode's own properties, where the code has a list: controls, marks of direction, separators of lines, fillers. The
 * joiners stay, which names and emoji are written with, and what selects the form of the character before it. */
const invisible = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\ufffe\uffff]|\p{DI}/u;
const harmless =
  /[\u180b-\u180d]|[\ufe00-\ufe0f]|[\u034f]|[\u17b4\u17b5]|\u180f|[\u200c\u200d]|[\ufff0-\ufff8]|[^\0-\uffff]/gu;
const isShown = (text: string) => text.isWellFormed() && !invisible.test(text.replaceAll(harmless, ""));

/** What a message of another party may contain. */
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withNullPrototype: true,
  key: oddText(),
  maxDepth: 6,
});

describe("for every text of another party", () => {
  test("what is shown has no invisible character, and is the same when it is shown again", (t) =>
    holds(
      t,
      fc.property(oddText(), (text) => {
        const shown = visible(text);
        assert.ok(isShown(shown.replaceAll(/[\t\n]/g, "")), JSON.stringify(shown));
        assert.equal(visible(shown), shown);
      }),
    ));

  test("one line is one line, bounded, and the same when it is shortened to a line again", (t) =>
    holds(
      t,
      fc.property(oddText(), fc.nat(50), (text, most) => {
        const line = oneLine(text, most);
        assert.ok(isShown(line.replaceAll("\t", "")), JSON.stringify(line));
        assert.ok(line.length <= 6 * most + 1);
        assert.equal(oneLine(oneLine(text)), oneLine(text));
      }),
    ));

  test("text without anything odd is shown as it is", (t) =>
    holds(
      t,
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 200 }), (text) => {
        assert.equal(visible(text), text);
        assert.equal(foreignText(text), text);
      }),
    ));
});

describe("for every value of another party", () => {
  test("there is a text of one line, without invisible characters, and bounded", (t) =>
    holds(
      t,
      fc.property(fc.oneof(fc.jsonValue(), anything), fc.nat(200), (value, most) => {
        const text = foreignText(value, most);
        assert.ok(isShown(text.replaceAll("\t", "")), JSON.stringify(text));
        assert.ok(text.length <= 6 * most + 1);
      }),
    ));
});
