import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { keysOf, prefixOf } from "./keys.ts";

/** Parts that look like the separators and lengths of a key. */
const part = fc.oneof(
  oddText(6).map((text) => text.toWellFormed()),
  fc.string({ unit: fc.constantFrom(":", "1", "2", "a", "é"), maxLength: 8 }),
);
const parts = fc.array(part, { minLength: 1, maxLength: 4 });
const app = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/);

test("for every issuer, client, sid and sub, another one has another key", (t) =>
  holds(
    t,
    fc.property(app, app, parts, parts, (one, other, these, those) => {
      const same =
        one === other && these.length === those.length && these.every((each, n) => each === those[n]);
      const key = keysOf(prefixOf(one))("by-sid", ...these);
      if (these.length === those.length)
        assert.equal(key === keysOf(prefixOf(other))("by-sid", ...those), same, key);
      // The same text, divided at another colon.
      const text = these.join(":");
      for (const { index } of text.matchAll(/:/g)) {
        const divided = [text.slice(0, index), text.slice(index + 1)];
        const again = keysOf(prefixOf(one))("by-sid", ...divided);
        if (these.length === 2) assert.equal(again === key, divided[0] === these[0], text);
      }
    }),
  ));
