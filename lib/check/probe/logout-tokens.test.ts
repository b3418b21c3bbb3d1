import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UnsecuredJWT } from "jose";
import { isAbout, mayBeAbout, noteToken, readToken } from "./logout-tokens.ts";
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
    let seen: unknown;
    const note = (_: string, detail: unknown) => {
      seen = detail;
    };
    noteToken({ requestedAt, note }, token, from);
    return seen as Record<string, unknown>;
  };

  it("is shown with its request and its time", () => {
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

  it("is timed from the latest noted request by default, and not at all without one", () => {
    assert.equal(noted(1_000).ms_after_logout_request, 1_500);
    assert.ok(!("ms_after_logout_request" in noted(undefined)));
  });
});

const now = { sub: "alice", sid: "now" };
const known = [{ sub: "alice", sid: "before" }, { sub: "bob", sid: "bobs" }, now];
const session = { rp: { known } as unknown as RelyingParty, ...now };

describe("a logout token that came after the logout of a session", () => {
  const cases: [what: string, claims: Record<string, string>, is: boolean, may: boolean][] = [
    ["names it", { sub: "alice", sid: "now" }, true, true],
    ["names only its user", { sub: "alice" }, true, true],
    ["is a late one for an earlier session", { sub: "alice", sid: "before" }, false, false],
    ["is a late one for another user", { sub: "bob" }, false, false],
    ["names an unknown session, which the check judges", { sub: "alice", sid: "wrong" }, false, true],
    ["names an unknown user, which the check judges", { sub: "wrong" }, false, true],
    ["names nothing, which the check judges", {}, false, true],
  ];
  for (const [what, claims, is, may] of cases) {
    it(what, () =>
      assert.deepEqual(
        [isAbout, mayBeAbout].map((fits) => fits(session)({ claims })),
        [is, may],
      ),
    );
  }
});
