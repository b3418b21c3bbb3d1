/** GET /events over HTTP: the events of this browser's session, and no others. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { listen } from "../support/event-stream.ts";
import { sendToken } from "../support/logout-requests.ts";
import { signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const newUser = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const logOut = async (who: object) => sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who })));

describe("the stream", () => {
  test("sends the state at once and the logout when it happens, uncompressed and uncached", async () => {
    const who = newUser();
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

  test("skips events that the browser has seen, and sends missed ones at once", async () => {
    const who = newUser();
    const browser = await signIn(issuer, rp, who);
    const first = await listen(browser, rp);
    const { id } = await first.next();
    first.stop();
    await logOut(who);
    const second = await listen(browser, rp, id);
    assert.equal((await second.next()).data.loggedOutBy, "back-channel");
    second.stop();
  });

  test("contains only events of this browser's session", async () => {
    const [alice, bob] = [newUser(), newUser()];
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

  test("contains no tokens", async () => {
    const stream = await listen(await signIn(issuer, rp, newUser()), rp);
    assert.doesNotMatch(JSON.stringify(await stream.next()), /eyJ/);
    stream.stop();
  });
});

test("without a session it sends no session's events, but the number of each logout request", async () => {
  const stream = await listen(new HttpBrowser(), rp);
  assert.equal(stream.response.headers.getSetCookie().length, 0);
  const { id, data } = await stream.next();
  assert.deepEqual([id, data.user, data.sid], ["none", null, null]);
  const before = Number((await stream.next("requests")).data);
  await sendToken(rp, "refused");
  assert.ok(Number((await stream.next("requests")).data) > before);
  await fetch(`${rp.base}/fclogout?iss=x&sid=y`);
  assert.ok(Number((await stream.next("requests")).data) > before + 1);
  stream.stop();
});
