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

describe("what an OP can do", () => {
  it("is what discovery declares, or what the driver knows", () => {
    assert.deepEqual(
      [silent, known, declares].map((each) => has(each, "back-channel")),
      [false, true, true],
    );
    assert.equal(has(known, "front-channel"), false);
  });

  it("is of no use to a client that is not registered for it", () => {
    assert.equal(lacks(known, "back-channel", rp()), undefined);
    assert.match(lacks(silent, "back-channel", rp()) ?? "", /declares no backchannel_logout_supported/);
    for (const op of [known, declares])
      assert.match(
        lacks(op, "back-channel", rp("backchannel_logout_uri")) ?? "",
        /did not register backchannel_logout_uri/,
      );
  });

  it("is what a person said that clients by hand were registered for", () => {
    const byHand = { ...rp(), without: ["back-channel"] } as unknown as RelyingParty;
    const why = lacks(declares, "back-channel", byHand) ?? "";
    assert.match(why, /did not register backchannel_logout_uri, as --without back-channel says/);
  });
});
