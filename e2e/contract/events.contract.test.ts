/** GET /events over HTTP: what a page hears about its own session, and nothing else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUnderTest } from "../support/app-under-test.ts";
import { listen } from "../support/event-stream.ts";
import { sendToken } from "../support/logout-requests.ts";
import { signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const someone = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const logOut = async (who: object) => sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who })));

describe("the stream", () => {
  test("tells the state at once and the logout when it comes, uncompressed and unstored", async () => {
    const who = someone();
    const browser = await signIn(issuer, rp, who);
    const stream = await listen(browser, rp);
    assert.equal(stream.response.headers.get("content-type"), "text/event-stream");
    assert.equal(stream.response.headers.get("content-encoding"), null);
    assert.match(stream.response.headers.get("cache-control") ?? "", /no-store/);
    assert.equal(stream.response.headers.getSetCookie().length, 0);
    assert.equal((await stream.next()).data.user, who.sub);
    await logOut(who);
    const { event, data } = await stream.next();
    assert.deepEqual([event, data.user, data.loggedOutBy], ["session", null, "back-channel"]);
    stream.stop();
  });

  test("says nothing again that the browser has seen, and what it missed at once", async () => {
    const who = someone();
    const browser = await signIn(issuer, rp, who);
    const first = await listen(browser, rp);
    const { id } = await first.next();
    first.stop();
    await logOut(who);
    const second = await listen(browser, rp, id);
    assert.equal((await second.next()).data.loggedOutBy, "back-channel");
    second.stop();
  });

  test("is of this browser's session only", async () => {
    const [alice, bob] = [someone(), someone()];
    const stream = await listen(await signIn(issuer, rp, alice), rp);
    await stream.next();
    await signIn(issuer, rp, bob);
    await logOut(bob);
    await logOut(alice);
    const { data } = await stream.next();
    assert.equal(data.loggedOutBy, "back-channel");
    assert.ok(!JSON.stringify(data).includes(bob.sub));
    stream.stop();
  });

  test("holds no token", async () => {
    const stream = await listen(await signIn(issuer, rp, someone()), rp);
    assert.doesNotMatch(JSON.stringify(await stream.next()), /eyJ/);
    stream.stop();
  });
});

test("a browser without a session is told to stop asking, and gets none", async () => {
  const response = await fetch(`${rp.base}/events`);
  assert.equal(response.status, 204);
  assert.equal(response.headers.getSetCookie().length, 0);
});
