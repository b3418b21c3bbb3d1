import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { boundedFetch } from "#lib/net/bounded-fetch.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import { RelyingParty } from "../probe/relying-party.ts";
import { noToken } from "./deliveries.ts";

describe("a logout token that does not come", () => {
  let rp: RelyingParty;
  afterEach(() => rp.recorder.close());
  const probe = async (serverHost?: string) => {
    const provider = new OpenIdProvider("http://localhost:1", { fetch: boundedFetch(), now: Date.now });
    rp = new RelyingParty({ name: "RP-A", host: "localhost", serverHost, provider });
    await rp.recorder.listen();
  };
  const plain = "RP-A received no logout token for its session in 10 s.";

  it("to an internal address that none has come to may be held back by the OP", async () => {
    await probe();
    assert.ok(noToken(rp).startsWith(`${plain} Some OpenID Providers send nothing to loopback`));
    assert.match(noToken(rp), /oidc-provider .* only its event backchannel\.error says so/);
  });

  it("is no question of the address once one has come", async () => {
    await probe();
    const body = new URLSearchParams({ logout_token: "x" });
    await fetch(`http://127.0.0.1:${rp.recorder.port}/bclogout`, { method: "POST", body });
    assert.equal(noToken(rp), plain);
  });

  it("is no question of a public address", async () => {
    await probe("app.example");
    assert.equal(noToken(rp), plain);
  });
});
