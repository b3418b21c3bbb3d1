import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RelyingParty } from "../probe/relying-party.ts";
import { has, lacks } from "./capabilities.ts";

const issuer = "https://op.example";
const rp = (...missing: string[]) =>
  ({ client: { clientId: "c", missing }, without: [] }) as unknown as RelyingParty;
const silent = { metadata: { issuer }, driver: {} };
const known = { metadata: { issuer }, driver: { undeclared: ["back-channel" as const] } };
const declares = { metadata: { issuer, backchannel_logout_supported: true }, driver: {} };

describe("a capability", () => {
  it("is declared by discovery or known to the driver", () => {
    assert.deepEqual(
      [silent, known, declares].map((each) => has(each, "back-channel")),
      [false, true, true],
    );
    assert.equal(has(known, "front-channel"), false);
  });

  it("does not work for a client that is not registered for it", () => {
    assert.equal(lacks(known, "back-channel", rp()), undefined);
    assert.match(lacks(silent, "back-channel", rp()) ?? "", /declares no backchannel_logout_supported/);
    for (const op of [known, declares])
      assert.match(
        lacks(op, "back-channel", rp("backchannel_logout_uri")) ?? "",
        /did not register backchannel_logout_uri/,
      );
  });

  it("does not work for manually registered clients without it", () => {
    const byHand = { ...rp(), without: ["back-channel"] } as unknown as RelyingParty;
    const why = lacks(declares, "back-channel", byHand) ?? "";
    assert.match(why, /did not register backchannel_logout_uri, as --without back-channel says/);
  });
});
