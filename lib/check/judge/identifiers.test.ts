import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { identifiersIn, percentDecoded } from "./identifiers.ts";

describe("an opaque value", () => {
  it("may contain any percent sign", () => {
    assert.equal(percentDecoded("100%"), "100%");
    assert.equal(percentDecoded("a%20b"), "a b");
    assert.deepEqual(identifiersIn("100%-of-alice", ["alice"]), ["alice"]);
  });
});
