import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UnsecuredJWT } from "jose";
import type { Trial } from "../run/trial.ts";
import { noteToken, readToken } from "./logout-tokens.ts";
import type { Recorded } from "./recorder.ts";
import type { RelyingParty } from "./relying-party.ts";

const raw = new UnsecuredJWT({ sid: "s-1" }).encode();
const recorded = {
  ...{
    at: 2_500,
    method: "POST",
    url: "/bclogout?key=k-1",
    form: new URLSearchParams({ logout_token: raw }),
  },
  headers: { "content-type": "application/x-www-form-urlencoded" },
} as unknown as Recorded;
const token = readToken({ name: "rp-a" } as RelyingParty, recorded);

describe("a logout token in evidence", () => {
  const noted = (requestedAt: number | undefined, from?: number) => {
    let seen: Record<string, unknown> = {};
    const note = (_: string, detail: Record<string, unknown>) => {
      seen = detail;
    };
    noteToken({ requestedAt, note } as unknown as Trial, token, from);
    return seen;
  };

  it("comes with the request that brought it, and when", () => {
    const { arrived, ...detail } = noted(1_000, 2_000);
    assert.equal(Date.parse(String(arrived)), Math.floor(performance.timeOrigin + 2_500));
    assert.deepEqual(detail, {
      request: "POST /bclogout?key=(left out)",
      "content-type": "application/x-www-form-urlencoded",
      ms_after_logout_request: 500,
      token: `${raw.slice(0, -1)}.(signature) (${raw.length} characters)`,
      header: { alg: "none" },
      claims: { sid: "s-1" },
    });
  });

  it("is timed from the check's latest request where nobody says better, or not at all", () => {
    assert.equal(noted(1_000).ms_after_logout_request, 1_500);
    assert.ok(!("ms_after_logout_request" in noted(undefined)));
  });
});
