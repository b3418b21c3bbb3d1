import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { closestTo } from "./closest.ts";

describe("the closest names", () => {
  const known = ["state-dropped", "jti-missing", "iss-missing", "sid-missing"];

  it("have the fewest edits, the closest first", () => {
    assert.deepEqual(closestTo("state-droped", known, 1), ["state-dropped"]);
    assert.deepEqual(closestTo("sid-mising", known, 2), ["sid-missing", "jti-missing"]);
    assert.equal(closestTo("x", known).length, 3);
  });

  it("keep their order if equally close", () => {
    assert.deepEqual(closestTo("nid-missing", ["aid-missing", "bid-missing"]), [
      "aid-missing",
      "bid-missing",
    ]);
  });
});
