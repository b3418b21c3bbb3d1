import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openIdProvider } from "./provider.ts";

const at = (issuer: string) =>
  openIdProvider({
    issuer,
    clientId: "app",
    scope: "openid",
    metadata: {},
    jwks: { keys: [] },
    onBasicRefused: () => undefined,
  });

describe("an issuer that ends in a slash", () => {
  test("loses it in the address of its discovery document (Discovery 4.1), and there alone", () => {
    const { wellKnown, issuer } = at("https://op.example/realm/");
    assert.equal(wellKnown, "https://op.example/realm/.well-known/openid-configuration");
    assert.equal(issuer, "https://op.example/realm/");
  });
});
