import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { identifiersIn, percentDecoded } from "./identifiers.ts";

describe("a value that should name nobody", () => {
  it("may hold any percent sign", () => {
    assert.equal(percentDecoded("100%"), "100%");
    assert.equal(percentDecoded("a%20b"), "a b");
    assert.deepEqual(identifiersIn("100%-of-alice", ["alice"]), ["alice"]);
  });
});
