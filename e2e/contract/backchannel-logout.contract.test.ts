/** POST /bclogout over HTTP against the running app: what it refuses, what it takes, and what that does to sessions. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { UnsecuredJWT } from "jose";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { ask, respondTo, sessionOf, signIn } from "../support/sign-in.ts";
import { newKey, TestIssuer } from "../support/test-issuer.ts";

let issuer: TestIssuer;
let rp: RpProcess;
const clientSecret = crypto.randomUUID();

before(async () => {
  issuer = await TestIssuer.start();
  rp = await startRp({ OP_ISSUER: issuer.issuer, ALLOW_LOOPBACK: "true", CLIENT_SECRET: clientSecret });
});
after(async () => {
  await rp.stop();
  await issuer.down();
});

const send = (body: BodyInit, headers: Record<string, string> = {}, path = "/bclogout") =>
  fetch(rp.base + path, {
    method: "POST",
    body,
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  });

const sendToken = (token: string) => send(new URLSearchParams({ logout_token: token }));

async function assertRefused(response: Response, status = 400): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("cache-control"), "no-store");
  const body = JSON.parse(text) as Record<string, string>;
  assert.equal(body.error, "invalid_request");
  assert.ok(body.error_description, "the reason is said");
}

async function assertAccepted(response: Response): Promise<void> {
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "");
  assert.equal(response.headers.get("cache-control"), "no-store");
}

const now = () => Math.floor(Date.now() / 1000);
const event = backchannelLogoutEvent;

/** Claims that differ from a good logout token in one thing each. */
const refusedClaims: Record<string, () => Record<string, unknown>> = {
  "no iss": () => ({ iss: undefined }),
  "another iss": () => ({ iss: `${issuer.issuer}INVALID` }),
  "iss with a slash too many": () => ({ iss: `${issuer.issuer}/` }),
  "no aud": () => ({ aud: undefined }),
  "another aud": () => ({ aud: "playground2INVALID" }),
  "aud array without us": () => ({ aud: ["other", "another"] }),
  "no iat": () => ({ iat: undefined }),
  "iat in the future": () => ({ iat: now() + 600, exp: now() + 720 }),
  "iat a day old": () => ({ iat: now() - 86_400, exp: now() + 120 }),
  "iat as text": () => ({ iat: String(now()) }),
  "exp in the past": () => ({ iat: now() - 240, exp: now() - 120 }),
  "exp as text": () => ({ exp: String(now() + 120) }),
  "no jti": () => ({ jti: undefined }),
  "empty jti": () => ({ jti: "" }),
  "no events": () => ({ events: undefined }),
  "another event": () => ({ events: { "http://schemas.openid.net/event/foobar": {} } }),
  "events as text": () => ({ events: event }),
  "events as array": () => ({ events: [event] }),
  "events null": () => ({ events: null }),
  "event value array": () => ({ events: { [event]: [] } }),
  "event value null": () => ({ events: { [event]: null } }),
  "event value text": () => ({ events: { [event]: "x" } }),
  "the event claim of old WSO2 servers": () => ({ events: undefined, event: {} }),
  nonce: () => ({ nonce: "n" }),
  "neither sub nor sid": () => ({ sub: undefined, sid: undefined }),
  "sid that is no text": () => ({ sid: 7 }),
  "sub that is no text": () => ({ sub: ["alice"] }),
};

/** Tokens that are wrong as a whole. */
const refusedTokens: Record<string, () => Promise<string>> = {
  "alg none": async () => new UnsecuredJWT(issuer.logoutClaims()).encode(),
  "alg ES256 with a published key": () => issuer.sign(issuer.logoutClaims(), {}, issuer.es256),
  "a key that is not published": async () => issuer.sign(issuer.logoutClaims(), {}, await newKey("RS256")),
  "a published kid on another key": async () =>
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
  "five parts": async () => "a.b.c.d.e",
  "no JWT at all": async () => "garbage",
  "a payload that is no object": async () =>
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

/** Requests that carry a good token in a wrong way. */
const refusedRequests: Record<string, { status: number; request: () => Promise<Response> }> = {
  GET: { status: 405, request: async () => fetch(`${rp.base}/bclogout?logout_token=${await goodToken()}`) },
  "token in the query": {
    status: 400,
    request: async () => send("", {}, `/bclogout?logout_token=${await goodToken()}`),
  },
  "two tokens": {
    status: 400,
    request: async () => send(`logout_token=${await goodToken()}&logout_token=${await goodToken()}`),
  },
  "no token": { status: 400, request: () => send("other=1") },
  "empty token": { status: 400, request: () => send("logout_token=") },
  "JSON body": {
    status: 415,
    request: async () =>
      send(JSON.stringify({ logout_token: await goodToken() }), { "content-type": "application/json" }),
  },
  "a body over 64 KiB": {
    status: 413,
    request: async () => send(`logout_token=${await goodToken()}&x=${"x".repeat(70_000)}`),
  },
  "a body of 1 MiB": { status: 413, request: () => send(`logout_token=${"x".repeat(1024 * 1024)}`) },
};

const goodToken = () => issuer.sign(issuer.logoutClaims());

describe("refused", () => {
  for (const [name, claims] of Object.entries(refusedClaims)) {
    test(name, async () => {
      await assertSessionSurvives(async () =>
        assertRefused(await sendToken(await issuer.sign(issuer.logoutClaims(claims())))),
      );
    });
  }
  for (const [name, token] of Object.entries(refusedTokens)) {
    test(name, async () => {
      await assertSessionSurvives(async () => assertRefused(await sendToken(await token())));
    });
  }
  for (const [name, { status, request }] of Object.entries(refusedRequests)) {
    test(name, async () => {
      await assertSessionSurvives(async () => {
        const response = await request();
        if (status === 405) assert.equal(response.status, 405);
        else await assertRefused(response, status);
      });
    });
  }

  test("no address of the token's header is ever fetched", () => {
    assert.ok(!issuer.requests.includes("/canary"));
  });
});

/** The session that the good part of each token names; a refusal must leave it alone. */
async function assertSessionSurvives(act: () => Promise<void>): Promise<void> {
  survivor ??= await signIn(issuer, rp);
  await act();
  assert.equal((await sessionOf(survivor, rp)).user, "alice");
}
let survivor: Awaited<ReturnType<typeof signIn>> | undefined;

/** A user and OP session of its own for each test that ends one. */
const someone = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });

describe("accepted", () => {
  const accepted: Record<
    string,
    { claims?: Record<string, unknown>; header?: Record<string, unknown>; extra?: string }
  > = {
    "no typ": {},
    "typ JWT": { header: { typ: "JWT" } },
    "typ logout+jwt": { header: { typ: "logout+jwt" } },
    "typ application/logout+jwt": { header: { typ: "application/logout+jwt" } },
    "typ LOGOUT+JWT": { header: { typ: "LOGOUT+JWT" } },
    "no kid": { header: { kid: undefined } },
    "no exp": { claims: { exp: undefined } },
    "unknown claims": { claims: { ignored_claim: "x" } },
    "an extra form field": { extra: "ignored_parameter=x" },
    "aud array with us": { claims: { aud: ["other", "playground2"] } },
    "an event with members": { claims: { events: { [event]: { reason: "x" } } } },
    "a second event": { claims: { events: { [event]: {}, "urn:other": {} } } },
    "sid with odd characters": { claims: { sid: "a b&c#d+e%" } },
  };
  for (const [name, { claims, header, extra }] of Object.entries(accepted)) {
    test(name, async () => {
      const who = { ...someone(), ...(claims?.sid ? { sid: claims.sid } : {}) };
      const browser = await signIn(issuer, rp, who);
      const token = await issuer.sign(issuer.logoutClaims({ ...who, ...claims }), header);
      await assertAccepted(await send(`logout_token=${token}${extra ? `&${extra}` : ""}`));
      const session = await sessionOf(browser, rp);
      assert.equal(session.user, null);
      assert.equal(session.loggedOutBy, "back-channel");
    });
  }

  test("an unknown sid or sub is success: the user is logged out already", async () => {
    await assertAccepted(await sendToken(await issuer.sign(issuer.logoutClaims(someone()))));
    await assertAccepted(
      await sendToken(await issuer.sign(issuer.logoutClaims({ sub: someone().sub, sid: undefined }))),
    );
  });

  test("a sub unlike the session's does not matter when the sid matches", async () => {
    const who = someone();
    const browser = await signIn(issuer, rp, who);
    await assertAccepted(
      await sendToken(await issuer.sign(issuer.logoutClaims({ sid: who.sid, sub: "pairwise-elsewhere" }))),
    );
    assert.equal((await sessionOf(browser, rp)).user, null);
  });
});

describe("sessions", () => {
  test("sid ends one of two sessions of a user; sub without sid ends the rest", async () => {
    const { sub } = someone();
    const [first, second, third] = await Promise.all(
      ["1", "2", "3"].map((n) => signIn(issuer, rp, { sub, sid: `${sub}-${n}` })),
    );
    const other = await signIn(issuer, rp, someone());
    assert.ok(first && second && third);
    await assertAccepted(await sendToken(await issuer.sign(issuer.logoutClaims({ sub, sid: `${sub}-1` }))));
    assert.deepEqual([(await sessionOf(first, rp)).user, (await sessionOf(second, rp)).user], [null, sub]);
    await assertAccepted(await sendToken(await issuer.sign(issuer.logoutClaims({ sub, sid: undefined }))));
    assert.deepEqual([(await sessionOf(second, rp)).user, (await sessionOf(third, rp)).user], [null, null]);
    assert.notEqual((await sessionOf(other, rp)).user, null);
  });

  test("the right sub with the sid of another user ends that session only", async () => {
    const [alice, bob] = [someone(), someone()];
    const [atAlice, atBob] = await Promise.all([signIn(issuer, rp, alice), signIn(issuer, rp, bob)]);
    await assertAccepted(
      await sendToken(await issuer.sign(issuer.logoutClaims({ sub: alice.sub, sid: bob.sid }))),
    );
    assert.equal((await sessionOf(atAlice, rp)).user, alice.sub);
    assert.equal((await sessionOf(atBob, rp)).user, null);
  });

  test("a replayed token is refused and does not end the session that the user has begun since", async () => {
    const who = someone();
    await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims({ ...who, sid: undefined }));
    await assertAccepted(await sendToken(token));
    const again = await signIn(issuer, rp, { sub: who.sub, sid: `${who.sid}-new` });
    await assertRefused(await sendToken(token));
    assert.equal((await sessionOf(again, rp)).user, who.sub);
  });

  test("of two deliveries of one token at once exactly one is accepted", async () => {
    const token = await issuer.sign(issuer.logoutClaims(someone()));
    const statuses = await Promise.all(
      [sendToken(token), sendToken(token)].map(async (sent) => (await sent).status),
    );
    assert.deepEqual(statuses.sort(), [200, 400]);
  });

  for (const [name, names] of Object.entries({ sid: ["sub", "sid"], sub: ["sub"] })) {
    test(`a logout by ${name} that comes while the callback runs wins`, async () => {
      const who: Record<string, string> = someone();
      const asked = await ask(issuer, rp, { grant_type: "code", use_pkce: "no" });
      const id_token = await issuer.sign(issuer.idClaims({ ...who, nonce: asked.nonce }));
      const meant = {
        sub: undefined,
        sid: undefined,
        ...Object.fromEntries(names.map((claim) => [claim, who[claim]])),
      };
      // The token endpoint answers only after the logout token has been accepted.
      issuer.token = async () => {
        await assertAccepted(await sendToken(await issuer.sign(issuer.logoutClaims(meant))));
        return { json: { access_token: "a", token_type: "Bearer", id_token } };
      };
      const answer = await respondTo(asked, issuer, rp, { code: "c" });
      assert.equal(answer.status, 400);
      assert.match(answer.text, /its logout came first/);
      assert.equal((await sessionOf(asked.browser, rp)).user, null);
      if (name === "sub") await signIn(issuer, rp, who);
    });
  }

  test("crossed back-channel URLs are named as such, in the answer and on the page", async () => {
    const token = await issuer.sign(issuer.logoutClaims({ aud: "playground3" }));
    const response = await sendToken(token);
    assert.match(
      await response.clone().text(),
      /for client playground3, not for playground2: your back-channel URLs are crossed/,
    );
    await assertRefused(response);
    assert.match(await (await fetch(`${rp.base}/`)).text(), /your back-channel URLs are crossed/);
  });

  test("the log reads as the tutorial says and holds no token", async () => {
    const who = someone();
    await signIn(issuer, rp, who);
    const token = await issuer.sign(issuer.logoutClaims(who));
    await assertAccepted(await sendToken(token));
    await rp.printed(`Session invalidated successfully for sid: ${who.sid}`);
    assert.match(rp.output(), /Backchannel logout request received\./);
    assert.ok(!rp.output().includes(token));
  });
});

test("503 with Retry-After while the issuer's keys cannot be had, then 200 for the same token", async () => {
  const late = await TestIssuer.start();
  await late.down();
  const app = await startRp({ OP_ISSUER: late.issuer });
  try {
    const body = new URLSearchParams({ logout_token: await late.sign(late.logoutClaims()) });
    const refused = await fetch(`${app.base}/bclogout`, { method: "POST", body });
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    await late.up();
    assert.equal((await fetch(`${app.base}/bclogout`, { method: "POST", body })).status, 200);
  } finally {
    await app.stop();
    await late.down();
  }
});

test("strict mode demands typ and exp; legacy-wso2 mode takes the old event claim", async () => {
  const strict = await startRp({ OP_ISSUER: issuer.issuer, LOGOUT_TOKEN_MODE: "strict" });
  const legacy = await startRp({ OP_ISSUER: issuer.issuer, LOGOUT_TOKEN_MODE: "legacy-wso2" });
  const status = async (app: RpProcess, claims: Record<string, unknown>, header = {}) => {
    const body = new URLSearchParams({
      logout_token: await issuer.sign(issuer.logoutClaims(claims), header),
    });
    return (await fetch(`${app.base}/bclogout`, { method: "POST", body })).status;
  };
  try {
    const typ = { typ: "logout+jwt" };
    assert.deepEqual(
      [
        await status(strict, {}),
        await status(strict, { exp: undefined }, typ),
        await status(strict, {}, typ),
      ],
      [400, 400, 200],
    );
    const old = { events: undefined, event: {} };
    assert.deepEqual(
      [await status(strict, old, typ), await status(legacy, old), await status(legacy, {})],
      [400, 200, 200],
    );
  } finally {
    await Promise.all([strict.stop(), legacy.stop()]);
  }
});
