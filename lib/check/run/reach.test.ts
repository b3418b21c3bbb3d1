import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import { reach } from "./reach.ts";

/** Answers at one address only, as the OpenID Provider of this issuer. */
const serving =
  (url: string, issuer: string): Fetch =>
  async (asked) =>
    asked === url ? Response.json({ issuer }) : new Response(null, { status: 404 });

describe("an issuer that ends in a slash", () => {
  for (const issuer of ["https://op.example/realm/", "https://op.example/"]) {
    test(`is reached without the slash, and keeps it: ${issuer}`, async () => {
      const fetch = serving(`${issuer}.well-known/openid-configuration`, issuer);
      const provider = new OpenIdProvider(issuer, { fetch, now: Date.now });
      assert.equal((await reach(provider, fetch)).issuer, issuer);
    });
  }
});
