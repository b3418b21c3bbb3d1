/** POST /bclogout over HTTP against the running app: what it must refuse, without ending a session. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { UnsecuredJWT } from "jose";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { assertRefused, send, sendToken } from "../support/logout-requests.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";
import { newKey } from "../support/test-issuer.ts";

const clientSecret = crypto.randomUUID();

const { issuer, rp } = await appUnderTest({ CLIENT_SECRET: clientSecret });

const now = () => Math.floor(Date.now() / 1000);
const event = backchannelLogoutEvent;

/** Each differs from the claims of a valid logout token in one point. */
const refusedClaims: Record<string, () => Record<string, unknown>> = {
  "no iss": () => ({ iss: undefined }),
  "another iss": () => ({ iss: `${issuer.issuer}INVALID` }),
  "iss with an extra slash": () => ({ iss: `${issuer.issuer}/` }),
  "no aud": () => ({ aud: undefined }),
  "another aud": () => ({ aud: "playground2INVALID" }),
  "aud array without this client": () => ({ aud: ["other", "another"] }),
  "no iat": () => ({ iat: undefined }),
  "iat in the future": () => ({ iat: now() + 600, exp: now() + 720 }),
  "iat a day old": () => ({ iat: now() - 86_400, exp: now() + 120 }),
  "iat as a string": () => ({ iat: String(now()) }),
  "exp in the past": () => ({ iat: now() - 240, exp: now() - 120 }),
  "exp as a string": () => ({ exp: String(now() + 120) }),
  "no jti": () => ({ jti: undefined }),
  "empty jti": () => ({ jti: "" }),
  "no events": () => ({ events: undefined }),
  "another event": () => ({ events: { "http://schemas.openid.net/event/foobar": {} } }),
  "events as a string": () => ({ events: event }),
  "events as an array": () => ({ events: [event] }),
  "events null": () => ({ events: null }),
  "event value is an array": () => ({ events: { [event]: [] } }),
  "event value is null": () => ({ events: { [event]: null } }),
  "event value is a string": () => ({ events: { [event]: "x" } }),
  "the event claim of old WSO2 servers": () => ({ events: undefined, event: {} }),
  nonce: () => ({ nonce: "n" }),
  "neither sub nor sid": () => ({ sub: undefined, sid: undefined }),
  "sid that is not a string": () => ({ sid: 7 }),
  "sub that is not a string": () => ({ sub: ["alice"] }),
};

/** Each has a wrong signature, header, type or format. */
const refusedTokens: Record<string, () => Promise<string>> = {
  "alg none": async () => new UnsecuredJWT(issuer.logoutClaims()).encode(),
  "alg ES256 with a published key": () => issuer.sign(issuer.logoutClaims(), {}, issuer.es256),
  "an unpublished key": async () => issuer.sign(issuer.logoutClaims(), {}, await newKey("RS256")),
  "a published kid with another key": async () =>
    issuer.sign(issuer.logoutClaims(), {}, await newKey("RS256", issuer.rs256.kid)),
  "last byte of the signature changed": async () => flip(await issuer.sign(issuer.logoutClaims()), -2),
  "first byte of the signature changed": async () => {
    const token = await issuer.sign(issuer.logoutClaims());
    return flip(token, token.lastIndexOf(".") + 1);
  },
  "HS256 with the public key": async () => hs256(JSON.stringify(issuer.rs256.publicJwk)),
  "HS256 with the client secret": async () => hs256(clientSecret),
  "an unknown critical header": () =>
    issuer.sign(issuer.logoutClaims(), { crit: ["urn:example"], "urn:example": 1 }),
  "a key in the header": async () => {
    const key = await newKey("RS256");
    return issuer.sign(issuer.logoutClaims(), { jwk: key.publicJwk, kid: undefined }, key);
  },
  "a jku in the header": async () =>
    issuer.sign(issuer.logoutClaims(), { jku: `${issuer.origin}/canary` }, await newKey("RS256")),
  "an ID Token": () => issuer.sign(issuer.idClaims({ nonce: "n", jti: "j" })),
  "an access token": () => issuer.sign(issuer.logoutClaims(), { typ: "at+jwt" }),
  "a security event token of another type": () => issuer.sign(issuer.logoutClaims(), { typ: "secevent+jwt" }),
  "a kid that looks like SQL": () => issuer.sign(issuer.logoutClaims(), { kid: "' OR 1=1 --" }),
  "a typ that is not a string": () => issuer.sign(issuer.logoutClaims(), { typ: 1 }),
  "five parts": async () => "a.b.c.d.e",
  "not a JWT": async () => "garbage",
  "a payload that is not an object": async () =>
    `${(await issuer.sign({})).split(".")[0]}.${Buffer.from("[]").toString("base64url")}.AA`,
};

function hs256(secret: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const input = `${encode({ alg: "HS256" })}.${encode(issuer.logoutClaims())}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function flip(token: string, index: number): string {
  const at = index < 0 ? token.length + index : index;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}

/** Malformed requests, most of them with a valid token. */
const refusedRequests: Record<string, { status: number; request: () => Promise<Response> }> = {
  GET: { status: 405, request: async () => fetch(`${rp.base}/bclogout?logout_token=${await goodToken()}`) },
  "token in the query": {
    status: 400,
    request: async () => send(rp, "", {}, `?logout_token=${await goodToken()}`),
  },
  "two tokens": {
    status: 400,
    request: async () => send(rp, `logout_token=${await goodToken()}&logout_token=${await goodToken()}`),
  },
  "no token": { status: 400, request: () => send(rp, "other=1") },
  "empty token": { status: 400, request: () => send(rp, "logout_token=") },
  "JSON body": {
    status: 415,
    request: async () =>
      send(rp, JSON.stringify({ logout_token: await goodToken() }), { "content-type": "application/json" }),
  },
  "a body over 64 KiB": {
    status: 413,
    request: async () => send(rp, `logout_token=${await goodToken()}&x=${"x".repeat(70_000)}`),
  },
  "a body of 1 MiB": { status: 413, request: () => send(rp, `logout_token=${"x".repeat(1024 * 1024)}`) },
};

const goodToken = () => issuer.sign(issuer.logoutClaims());

describe("POST /bclogout refuses", () => {
  for (const [name, claims] of Object.entries(refusedClaims)) {
    test(name, async () => {
      await assertSessionSurvives(async () =>
        assertRefused(await sendToken(rp, await issuer.sign(issuer.logoutClaims(claims())))),
      );
    });
  }
  for (const [name, token] of Object.entries(refusedTokens)) {
    test(name, async () => {
      await assertSessionSurvives(async () => assertRefused(await sendToken(rp, await token())));
    });
  }
  for (const [name, { status, request }] of Object.entries(refusedRequests)) {
    test(name, async () => {
      await assertSessionSurvives(async () => {
        const response = await request();
        await assertRefused(response, status);
      });
    });
  }

  test("without fetching a URL from the token's header", () => {
    assert.ok(!issuer.requests.includes("/canary"));
  });
});

/** Keeps one session, the one that the refused tokens name, and checks that it survives. */
async function assertSessionSurvives(act: () => Promise<void>): Promise<void> {
  survivor ??= await signIn(issuer, rp);
  await act();
  assert.equal((await sessionOf(survivor, rp)).user, "alice");
}
let survivor: Awaited<ReturnType<typeof signIn>> | undefined;
