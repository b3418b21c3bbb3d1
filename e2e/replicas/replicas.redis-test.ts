/** Two replicas of one app over HTTP share sessions, logouts and events. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listen } from "../support/event-stream.ts";
import { assertAccepted, assertRefused, sendToken } from "../support/logout-requests.ts";
import { nextAuthSession, signInWithNextAuth } from "../support/next-auth.ts";
import { ask, respondTo, sessionOf, signIn } from "../support/sign-in.ts";
import { twoReplicas } from "./two-replicas.ts";

const { issuer, a, b, wire } = await twoReplicas();

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const tokenFor = (who: object) => issuer.sign(issuer.logoutClaims({ ...who }));

describe("two replicas", () => {
  test("finish each other's sign-ins and end each other's sessions", async () => {
    const who = newUser();
    const asked = await ask(issuer, a);
    const id_token = await issuer.sign(issuer.idClaims({ nonce: asked.nonce, ...who }));
    const done = await respondTo(asked, issuer, b, { id_token });
    assert.equal(done.status, 303, done.text);
    assert.equal((await sessionOf(asked.browser, a)).user, who.sub);
    await assertAccepted(await sendToken(b, await tokenFor(who)));
    assert.equal((await sessionOf(asked.browser, a)).loggedOutBy, "back-channel");
  });

  test("send the event for a logout token that the other one received", async () => {
    const who = newUser();
    const stream = await listen(await signIn(issuer, a, who), b);
    assert.equal((await stream.next()).data.user, who.sub);
    await assertAccepted(await sendToken(a, await tokenFor(who)));
    assert.equal((await stream.next()).data.loggedOutBy, "back-channel");
    stream.stop();
  });

  test("send a missed event after their connection to Redis is restored", async () => {
    const who = newUser();
    const stream = await listen(await signIn(issuer, a, who), b);
    assert.equal((await stream.next()).data.user, who.sub);
    await stream.next("requests");
    await wire.cut();
    await assertAccepted(await sendToken(a, await tokenFor(who)));
    await wire.restore();
    assert.equal((await stream.next()).data.loggedOutBy, "back-channel");
    stream.stop();
  });

  test("accept a logout token once if both receive it concurrently", async () => {
    const who = newUser();
    await signIn(issuer, a, who);
    const token = await tokenFor(who);
    const answers = await Promise.all([a, b].map((replica) => sendToken(replica, token)));
    const [accepted, refused] = answers.toSorted((one, other) => one.status - other.status);
    await assertAccepted(accepted as Response);
    await assertRefused(refused as Response);
  });

  test("use a refresh token once for concurrent requests to both", async () => {
    const who = newUser();
    const browser = await signInWithNextAuth(issuer, a, {
      claims: who,
      tokens: { expires_in: 1, refresh_token: "refresh-1" },
    });
    const used: (string | null)[] = [];
    issuer.token = (_request, body) => {
      used.push(new URLSearchParams(body).get("refresh_token"));
      const tokens = { access_token: "access-2", refresh_token: "refresh-2", expires_in: 3600 };
      return { json: { ...tokens, token_type: "Bearer" } };
    };
    const asked = [a, b, a, b].map((replica) => nextAuthSession(browser.copy(), replica));
    assert.deepEqual(
      (await Promise.all(asked)).map(({ user }) => user?.name),
      [who.sub, who.sub, who.sub, who.sub],
    );
    assert.deepEqual(used, ["refresh-1"]);
    assert.match((await browser.get(`${b.base}/oauth2`)).text, /access-2/);
  });
});
