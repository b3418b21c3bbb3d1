import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { errorCode, innermost, reason } from "./innermost-error.ts";

const refused = Object.assign(new Error("connect ECONNREFUSED ::1:9"), { code: "ECONNREFUSED" });
const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
const timeout = new DOMException("The operation timed out.", "TimeoutError");
const wrap = (cause: unknown) => new TypeError("fetch failed", { cause });

describe("the innermost error", () => {
  const cases: [name: string, error: unknown, innermost: unknown, reason: string, code: string][] = [
    ["of one that wraps nothing", refused, refused, refused.message, "ECONNREFUSED"],
    ["of one that is wrapped twice", wrap(wrap(reset)), reset, reset.message, "ECONNRESET"],
    [
      "of several, one for each address",
      wrap(new AggregateError([refused, reset])),
      refused,
      refused.message,
      "ECONNREFUSED",
    ],
    [
      "of a timeout, whose numeric code says nothing",
      wrap(timeout),
      timeout,
      timeout.message,
      "TimeoutError",
    ],
  ];
  for (const [name, error, inner, message, code] of cases) {
    test(name, () => {
      assert.equal(innermost(error), inner);
      assert.equal(reason(error), message);
      assert.equal(errorCode(error), code);
    });
  }

  test("of one that a response caused names its status", () => {
    const error = new Error("unexpected HTTP response", { cause: new Response(null, { status: 404 }) });
    assert.equal(innermost(wrap(error)), error);
    assert.equal(reason(wrap(error)), "unexpected HTTP response (HTTP 404)");
  });

  test("of no errors inside is the outer one", () => {
    const none = new AggregateError([], "nothing inside");
    assert.equal(innermost(none), none);
    assert.equal(reason("thrown text"), "thrown text");
    assert.equal(errorCode("thrown text"), "");
  });
});
