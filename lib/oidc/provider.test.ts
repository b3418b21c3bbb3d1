import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { ProtocolError } from "./errors.ts";
import { OpenIdProvider } from "./provider.ts";

const issuer = "https://op.example/realm";
const choice = { clientId: "app", alg: "RS256" };
const document = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  end_session_endpoint: `${issuer}/logout`,
  jwks_uri: `${issuer}/jwks`,
};

/** A provider with this discovery document, and the URLs that it requested. */
function providerWith(answer: object, now = () => Date.now(), configured = issuer) {
  const asked: string[] = [];
  const fetch: Fetch = async (url) => {
    asked.push(url);
    return Response.json(answer);
  };
  return { provider: new OpenIdProvider(configured, { fetch, now }), asked };
}

const refusal = (code: string) => (error: unknown) => error instanceof ProtocolError && error.code === code;

describe("discovery", () => {
  test("runs once in ten minutes, for concurrent calls too", async () => {
    let now = 0;
    const { provider, asked } = providerWith(document, () => now);
    await Promise.all([provider.metadata(), provider.metadata()]);
    now += 9 * 60_000;
    await provider.metadata();
    assert.deepEqual(asked, [`${issuer}/.well-known/openid-configuration`]);
    now += 2 * 60_000;
    await provider.metadata();
    assert.equal(asked.length, 2);
  });

  const others = [
    [issuer, `${issuer}/`],
    [`${issuer}/`, issuer],
    ["https://op.example", "https://op.example/"],
    ["https://op.example/", "https://op.example"],
    ["https://op.example", "https://OP.example:443"],
  ] as const;
  for (const [configured, declared] of others) {
    test(`refuses the document of ${declared} for ${configured}: issuers are compared byte for byte`, async () => {
      const { provider } = providerWith({ ...document, issuer: declared }, Date.now, configured);
      await assert.rejects(provider.metadata(), refusal("provider_unavailable"));
    });
  }

  for (const ending of ["https://op.example/realm/", "https://op.example/"]) {
    test(`of ${ending} drops the slash only in the URL (Discovery 4.1)`, async () => {
      const { provider, asked } = providerWith({ ...document, issuer: ending }, Date.now, ending);
      assert.equal((await provider.metadata()).issuer, ending);
      assert.deepEqual(asked, [`${ending}.well-known/openid-configuration`]);
    });
  }
});

describe("endpoints", () => {
  test("of an https issuer are https, whatever the form says", async () => {
    const { provider } = providerWith(document);
    for (const name of ["authorization_endpoint", "token_endpoint", "end_session_endpoint"]) {
      for (const plain of ["http://op.example/x", "HTTP://op.example/x", "ht\ttp://op.example/x"]) {
        const chosen = provider.configuration(choice, { [name]: plain });
        await assert.rejects(chosen, refusal("endpoint_not_allowed"), plain);
      }
    }
  });

  test("from the form override the discovered ones; empty ones do not", async () => {
    const { provider } = providerWith(document);
    const chosen = { token_endpoint: `${issuer}/other`, end_session_endpoint: "" };
    const metadata = (await provider.configuration(choice, chosen)).serverMetadata();
    assert.equal(metadata.token_endpoint, `${issuer}/other`);
    assert.equal(metadata.end_session_endpoint, document.end_session_endpoint);
  });
});
