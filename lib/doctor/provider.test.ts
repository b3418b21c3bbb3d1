/** What can be wrong with an OpenID Provider, independent of its clients. */
import { describe } from "node:test";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { type Illness, itNotices } from "./testing/illness.ts";
import { healthy, json, page, publicKey, redirect, secret } from "./testing/patient-op.ts";

const dateIn = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString();

const responseTypes = healthy("").response_types_supported;

const illnesses: Illness[] = [
  {
    name: "no discovery document",
    make: (it) => {
      it.discovery = (response) => page(response, 404);
    },
    ...{ check: "discovery", result: "problem", found: /openid-configuration answers HTTP 404/ },
  },
  {
    name: "a discovery document that is not JSON",
    make: (it) => {
      it.discovery = (response) => page(response, 200);
    },
    ...{ check: "discovery", result: "problem", found: /does not answer with a JSON object/ },
  },
  {
    name: "discovery that redirects",
    make: (it) => {
      it.discovery = (response) => redirect(response, `${it.origin}/elsewhere`, { token: "hidden" });
    },
    ...{ check: "discovery", result: "problem", found: /HTTP 302 to http:\/\/localhost:\d+\/elsewhere, and/ },
  },
  {
    name: "a discovery document of the wrong content type",
    make: (it) => {
      it.discovery = (response) => json(response, 200, healthy(it.origin), "text/plain");
    },
    ...{ check: "discovery", result: "warning", found: /content type is text\/plain, not application\/json/ },
  },
  {
    name: "an issuer with an extra slash",
    make: (it) => {
      it.metadata = { issuer: `${it.issuer}/` };
    },
    ...{
      check: "issuer",
      result: "problem",
      found: /a slash is missing at the end; byte \d+ is the end and not "\/"/,
    },
  },
  {
    name: "no issuer",
    make: (it) => {
      it.metadata = { issuer: undefined };
    },
    ...{ check: "issuer", result: "problem", found: /has no issuer/ },
  },
  {
    name: "a clock that is ten minutes ahead",
    make: (it) => {
      it.headers.date = dateIn(600);
    },
    ...{ check: "clock", result: "problem", found: /is (600|599|601) s ahead of this server's \(±1 s\)/ },
  },
  {
    name: "a clock that is half a minute slow",
    make: (it) => {
      it.headers.date = dateIn(-30);
    },
    ...{ check: "clock", result: "warning", found: /is (29|30|31) s behind/ },
  },
  {
    name: "answers from a cache, whose Date is old",
    make: (it) => {
      Object.assign(it.headers, { date: dateIn(-600), age: "600" });
    },
    ...{ check: "clock", result: "unknown", found: /no Date, or come from a cache/ },
  },
  {
    name: "a list that is text, and an odd item in another",
    make: (it) => {
      it.metadata = { scopes_supported: "openid", response_types_supported: [null, ...responseTypes] };
    },
    ...{
      check: "discovery-values",
      result: "warning",
      found:
        /Ignored: scopes_supported is openid, which is not a list; response_types_supported contains null/,
    },
  },
  {
    name: "a jwks_uri that is no URL",
    make: (it) => {
      it.metadata = { jwks_uri: "nowhere" };
    },
    ...{ check: "discovery-values", result: "warning", found: /jwks_uri is nowhere/, also: ["jwks"] },
  },
  {
    name: "an entry of the key set that is no object",
    make: (it) => {
      it.keys = [null as unknown as JWK, ...it.keys];
    },
    ...{ check: "jwks-values", result: "warning", found: /contains null, which is not a usable public key/ },
  },
  {
    name: "only an incomplete key for the algorithm",
    make: (it) => {
      it.keys = [{ kty: "RSA", alg: "RS256", kid: "half" }];
    },
    ...{ check: "jwks", result: "problem", found: /None of the 0 published keys/, also: ["jwks-size"] },
  },
  {
    name: "no jwks_uri",
    make: (it) => {
      it.metadata = { jwks_uri: undefined };
    },
    ...{ check: "jwks", result: "problem", found: /no jwks_uri/ },
  },
  {
    name: "keys that cannot be fetched",
    make: (it) => {
      it.metadata = { jwks_uri: `${it.origin}/nowhere` };
    },
    ...{ check: "jwks", result: "problem", found: /nowhere answers HTTP 404 without a key set/ },
  },
  {
    name: "no key for the registered algorithm",
    make: async (it) => {
      it.keys = [await publicKey("ES256")];
    },
    ...{ check: "jwks", result: "problem", found: /None of the 1 published keys is for RS256: ES256 sig/ },
  },
  {
    name: "two keys with one kid",
    make: (it) => {
      it.keys = it.keys.map((key) => ({ ...key, kid: "twin" }));
    },
    ...{ check: "jwks-kid", result: "warning", found: /More than one key has the kid twin/ },
  },
  {
    name: "keys of one algorithm without kid",
    make: async (it) => {
      it.keys = [await publicKey("RS256"), await publicKey("RS256")].map(({ kid: _, ...key }) => key);
    },
    ...{
      check: "jwks-kid",
      result: "warning",
      found: /Several keys are for RS256, 2 of them without a kid/,
    },
  },
  {
    name: "a private key",
    make: async (it) => {
      const { privateKey } = await generateKeyPair("RS256", { extractable: true });
      it.keys = [{ ...(await exportJWK(privateKey)), kid: "leak", use: "sig" }];
    },
    ...{ check: "jwks-private", result: "problem", found: /of leak are published/ },
  },
  {
    name: "a symmetric key",
    make: (it) => {
      it.keys = [...it.keys, { kty: "oct", k: "c2VjcmV0", kid: "shared" }];
    },
    ...{ check: "jwks-private", result: "problem", found: /of shared are published/ },
  },
  {
    name: "an RSA key of 1024 bits",
    make: (it) => {
      const n = Buffer.alloc(128, 0xff).toString("base64url");
      it.keys = [...it.keys, { kty: "RSA", n, e: "AQAB", kid: "small", use: "sig" }];
    },
    ...{ check: "jwks-size", result: "problem", found: /RSA key small has 1024 bits/ },
  },
  {
    name: "no encryption key, although ID Tokens are encrypted",
    make: () => undefined,
    patient: () => ({
      client: {
        clientId: "playground2",
        clientSecret: secret,
        encryption: { alg: "RSA-OAEP", enc: "A256GCM" },
      },
    }),
    ...{ check: "jwks-encryption", result: "warning", found: /no key for it is published/ },
  },
];

describe("the doctor notices", () => itNotices(illnesses));
