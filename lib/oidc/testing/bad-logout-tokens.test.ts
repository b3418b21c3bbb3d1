import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import { badKinds, badLogoutTokens } from "./bad-logout-tokens.ts";

test("there is one token of each kind, and no two kinds are the same", async () => {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "k" };
  const claims = () => ({ iss: "https://op.example/", aud: "app", sub: "alice", sid: "1", jti: "j", iat: 1 });
  const tokens = await badLogoutTokens({
    jwk,
    claims,
    sign: (payload, header, key = privateKey) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: "RS256", kid: "k", ...header })
        .sign(key, { crit: { "urn:example": true } }),
  });
  assert.deepEqual(tokens.map(({ kind }) => kind).sort(), [...badKinds].sort());
  assert.equal(new Set(tokens.map(({ token }) => token)).size, badKinds.length);
  assert.ok(badKinds.length >= 30);
  const noJti = tokens.find(({ kind }) => kind === "no jti");
  assert.equal("jti" in decodeJwt(noJti?.token ?? ""), false);
  assert.equal(decodeJwt(noJti?.token ?? "").sub, "alice");
});
