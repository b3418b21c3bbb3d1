/** R: an `id_token_hint` that the OP did not issue as an ID Token proves nothing (RIL 2). */
import { decodeProtectedHeader, exportJWK } from "jose";
import { assertUndisturbed } from "../judge/notifications.ts";
import { assertNotObeyed } from "../judge/rejected-requests.ts";
import type { SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import {
  attackersKeys,
  publicKeyAsSecrets,
  resigned,
  withClaims,
  withHeader,
} from "../steps/forged-tokens.ts";
import { otherTokensOf } from "../steps/other-tokens.ts";
import { ownProbeIfPossible } from "../steps/own-probe.ts";

/** Signs alice in, and sends logout requests with hints made of her ID Token.
 * @param rp the requests carry its post-logout URI */
async function assertHintsRefused(
  t: Trial,
  forge: (session: SignIn) => Promise<Record<string, string>>,
  rp = t.rp("rp-a"),
): Promise<void> {
  const browser = await t.browser();
  const session = await t.signIn(browser, rp, t.alice);
  const requests = Object.entries(await forge(session)).map(([what, hint]) => ({
    what,
    parameters: { id_token_hint: hint, post_logout_redirect_uri: rp.postLogoutUri },
  }));
  await assertNotObeyed(t, browser, session, requests);
}

/** A client's key must not verify ID Tokens, neither under the OP's issuer nor with the client as issuer. */
async function assertOwnKeyProvesNothing(t: Trial): Promise<void> {
  const { privateKey, publicKey } = await attackersKeys();
  const key = { ...(await exportJWK(publicKey)), kid: "own", use: "sig", alg: "RS256" };
  const rp = await ownProbeIfPossible(t, { name: "rp-key", metadata: { jwks: { keys: [key] } } });
  if (typeof rp === "string") return t.report.measure(`A client's key was not tried. ${rp}`);
  const header = { kid: key.kid };
  const forge = async ({ idToken }: SignIn) => ({
    "the client's own key": await resigned(idToken, privateKey, { header }),
    "the client as an issuer": await resigned(idToken, privateKey, {
      header,
      claims: { iss: rp.client.clientId, aud: t.provider.issuer },
    }),
  });
  await assertHintsRefused(t, forge, rp);
}

export const forgedHints: Check[] = [
  {
    id: "R-15",
    title: "An unsigned hint (alg none) is rejected or treated as missing",
    clause: "RIL 2",
    severity: "critical",
    needs: ["end-session"],
    run: (t) =>
      assertHintsRefused(t, async ({ idToken }) => {
        const signature = idToken.split(".")[2] ?? "";
        const { kid } = decodeProtectedHeader(idToken);
        return {
          "alg none without a signature": withHeader(idToken, { alg: "none", typ: "JWT" }, ""),
          "alg none with kid": withHeader(idToken, { alg: "none", kid }, ""),
          "alg None": withHeader(idToken, { alg: "None", typ: "JWT" }, ""),
          "alg none with the old signature": withHeader(idToken, { alg: "none", kid }, signature),
          "no signature under the old header": `${idToken.split(".").slice(0, 2).join(".")}.`,
        };
      }),
  },
  {
    id: "R-16",
    title: "A hint signed with a foreign key is rejected or treated as missing",
    clause: "RIL 2",
    severity: "critical",
    needs: ["end-session"],
    run: async (t) => {
      const keyServer = t.rp("rp-c");
      const from = performance.now();
      await assertHintsRefused(t, async ({ idToken, rp }) => {
        const { privateKey, publicKey } = await attackersKeys();
        const jwk = { ...(await exportJWK(publicKey)), use: "sig", alg: "RS256" };
        const { clientId, clientSecret } = rp.client;
        const iss = "https://attacker.example";
        return {
          "an attacker's key under the kid of the OP": await resigned(idToken, privateKey),
          "an attacker's key without kid": await resigned(idToken, privateKey, {
            header: { kid: undefined },
          }),
          "the key in the header": await resigned(idToken, privateKey, { header: { jwk, kid: undefined } }),
          "the key behind jku": await resigned(idToken, privateKey, {
            header: { jku: `${keyServer.serverBase}/attackers-jwks` },
          }),
          "another issuer": await resigned(idToken, privateKey, { claims: { iss } }),
          "another audience": await resigned(idToken, privateKey, {
            claims: { aud: t.rp("rp-b").client.clientId },
          }),
          ...(clientSecret && {
            "the client's secret, as an issuer": await resigned(idToken, Buffer.from(clientSecret), {
              header: { alg: "HS256", kid: undefined },
              claims: { iss: clientId, aud: t.provider.issuer },
            }),
            "the client's secret": await resigned(idToken, Buffer.from(clientSecret), {
              header: { alg: "HS256", kid: undefined },
              claims: { azp: clientId },
            }),
          }),
        };
      });
      const fetched = keyServer.recorder.since(from).find(({ url }) => url.startsWith("/attackers-jwks"));
      t.report.advise(!fetched, "The OP fetched the keys that an unverified hint names in its header.");
      await assertOwnKeyProvesNothing(t);
    },
  },
  {
    id: "R-17",
    title: "A hint with changed claims under its old signature is rejected or treated as missing",
    clause: "RIL 2",
    severity: "critical",
    needs: ["end-session"],
    run: async (t) => {
      const elsewhere = await t.browser();
      const bobs = await t.signIn(elsewhere, t.rp("rp-a"), t.bob);
      const { sub, sid = "another-session" } = bobs;
      const from = performance.now();
      await assertHintsRefused(t, async ({ idToken, claims }) => ({
        "bob's session": withClaims(idToken, { sub, sid }),
        "bob's sub": withClaims(idToken, { sub }),
        "bob's sid": withClaims(idToken, { sid }),
        "another aud": withClaims(idToken, { aud: t.rp("rp-b").client.clientId }),
        "a later exp": withClaims(idToken, { exp: claims.exp + 86_400 }),
        "one character more": `${idToken}A`,
      }));
      await assertUndisturbed(t, elsewhere, bobs, from, "A hint without a valid signature named bob");
    },
  },
  {
    id: "R-18",
    title: "A valid ID Token of another issuer is rejected or treated as missing",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const other = t.rp("rp-d");
      const { privateKey, publicKey } = await attackersKeys();
      const kid = "other-issuer";
      const key = { ...(await exportJWK(publicKey)), kid, use: "sig", alg: "RS256" };
      const iss = other.serverBase;
      // A complete issuer: an OP that trusts the iss of a hint finds a discovery document and keys.
      const undo = other.recorder.answer("other", (response, { url }) => {
        const document = url.includes("jwks") ? { keys: [key] } : { issuer: iss, jwks_uri: `${iss}/jwks` };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
      });
      t.afterwards(undo);
      await assertHintsRefused(t, async ({ idToken }) => ({
        "an ID Token of another issuer for this client": await resigned(idToken, privateKey, {
          header: { kid },
          claims: { iss },
        }),
        "the same with an iss that extends this one": await resigned(idToken, privateKey, {
          header: { kid },
          claims: { iss: `${t.provider.issuer}/other` },
        }),
      }));
    },
  },
  {
    id: "R-19",
    title: "A hint signed with the OP's public key as an HMAC secret is rejected or treated as missing",
    clause: "RFC 8725 2.1",
    severity: "high",
    needs: ["end-session"],
    run: (t) =>
      assertHintsRefused(t, async ({ idToken }) => {
        const { kid } = decodeProtectedHeader(idToken);
        const keys = await t.provider.publishedKeys();
        const key = keys.find((each) => each.kid === kid) ?? keys.find((each) => each.kty === "RSA");
        if (!key) return t.report.skip("The OP publishes no key that its ID Token names.");
        const forged = publicKeyAsSecrets(key).map(async ({ what, secret }) => [
          what,
          await resigned(idToken, secret, { header: { alg: "HS256" } }),
        ]);
        return Object.fromEntries(await Promise.all(forged)) as Record<string, string>;
      }),
  },
  {
    id: "R-20",
    title: "Other kinds of tokens are not accepted as hints: access token, logout token, UserInfo, JARM",
    clause: "RFC 8725 3.12",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const { rp, jwts, missing } = await otherTokensOf(t);
      if (Object.keys(jwts).length === 0) t.report.skip(`Not tried: ${missing}.`);
      await assertHintsRefused(t, async () => jwts, rp);
      t.report.measure(`Tried: ${Object.keys(jwts).join(", ")}.`);
      if (missing) t.report.measure(`Not tried: ${missing}.`);
    },
  },
];
