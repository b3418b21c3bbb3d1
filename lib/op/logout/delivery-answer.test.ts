import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Answer, outcomeOf } from "./delivery-answer.ts";

const now = Date.parse("2026-11-30T12:00:00Z");
const minute = 60_000;

/** Milliseconds until the next attempt, or the state if there is none. */
function outcome(answer: Answer, { attempts = 1, age = 0 } = {}): number | string {
  const result = outcomeOf(answer, { endedAt: new Date(now - age), attempts }, now);
  return result.state === "pending" ? result.nextAt.getTime() - now : result.state;
}

const answered = (status: number, retryAfter?: string): Answer => ({
  status,
  ...(retryAfter !== undefined && { retryAfter }),
  error: `answered ${status}`,
});

describe("the answer to a logout token", () => {
  it("is final if the app has accepted it", () => {
    for (const status of [200, 204]) assert.equal(outcome({ status }), "delivered");
  });

  it("is final if it would be the same the next time", () => {
    for (const status of [202, 301, 307, 400, 401, 403, 404, 405, 410, 413, 415, 422])
      assert.equal(outcome(answered(status)), "failed", String(status));
    assert.equal(outcome({ error: "not sent: not registered", final: true }), "failed");
  });

  it("is not final if the failure may be temporary", () => {
    for (const status of [408, 425, 429, 500, 502, 503, 504, 599])
      assert.equal(outcome(answered(status)), 1000, String(status));
    assert.equal(outcome({ error: "cannot be reached (ECONNREFUSED)" }), 1000);
  });

  it("is followed by the next attempt after a delay that doubles, up to five minutes", () => {
    const delays = [1, 2, 3, 4, 9, 10, 100].map((attempts) => outcome(answered(500), { attempts }));
    assert.deepEqual(delays, [1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000]);
  });

  it("is followed by none before its Retry-After, and by none sooner because of it", () => {
    assert.equal(outcome(answered(503, "7")), 7_000);
    assert.equal(outcome(answered(429, "120"), { attempts: 3 }), 120_000);
    assert.equal(outcome(answered(503, new Date(now + 9_000).toUTCString())), 9_000);
    assert.equal(outcome(answered(503, "1"), { attempts: 5 }), 16_000);
    for (const odd of ["", "soon", "-5", "1.5", "0", new Date(now - 9_000).toUTCString()])
      assert.equal(outcome(answered(503, odd)), 1_000, odd);
  });

  it("is followed by none after twelve hours, whatever Retry-After says", () => {
    const day = 24 * 60 * minute;
    assert.equal(outcome(answered(503, String(day))), day / 2);
    assert.equal(outcome(answered(503), { attempts: 99, age: day / 2 - minute }), minute);
    assert.equal(outcome(answered(503), { attempts: 99, age: day / 2 }), "failed");
    assert.equal(outcome(answered(503, "9".repeat(400))), day / 2);
  });
});
