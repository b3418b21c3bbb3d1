import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Metadata } from "#lib/oidc/provider.ts";
import { isAtOp, type OpPlace } from "./op-pages.ts";

const metadata = {
  issuer: "https://op.example/realm",
  authorization_endpoint: "https://login.example/authorize",
  scopes_supported: ["openid"],
  backchannel_logout_supported: true,
} as unknown as Metadata;
const op: OpPlace = { issuer: metadata.issuer, metadata };

describe("a page is the OP's", () => {
  const apps = new Set(["http://localhost:47100"]);

  it("at the origin of its issuer and of every endpoint", () => {
    for (const url of ["https://op.example/", "https://login.example/x?y#z"]) assert.ok(isAtOp(url, op), url);
  });

  it("anywhere but at the apps, where they are known", () => {
    assert.equal(isAtOp("https://sso.example/", op), false);
    assert.equal(isAtOp("https://sso.example/", { ...op, apps }), true);
    assert.equal(isAtOp("http://localhost:47100/callback", { ...op, apps }), false);
  });

  it("never without a web address", () => {
    for (const url of ["about:blank", "chrome-error://chromewebdata/", "data:text/html,x", "no URL", ""])
      assert.equal(isAtOp(url, { ...op, apps }), false, url);
  });
});
