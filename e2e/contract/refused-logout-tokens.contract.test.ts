/** POST /bclogout over HTTP against the running app: what it must refuse, without ending a session. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUnderTest } from "../support/app-under-test.ts";
import { badLogoutTokens } from "../support/bad-logout-tokens.ts";
import { assertRefused, send, sendToken } from "../support/logout-requests.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";

const clientSecret = crypto.randomUUID();

const { issuer, rp } = await appUnderTest({ CLIENT_SECRET: clientSecret });

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
  for (const [name, token] of Object.entries(badLogoutTokens(issuer, clientSecret))) {
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
