/** GET /events over HTTP: what a page hears about its own session, and nothing else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpBrowser } from "#lib/testing/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { sendToken } from "../support/logout-requests.ts";
import { signIn } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const someone = () => ({ sub: `user-${crypto.randomUUID()}`, sid: `sid-${crypto.randomUUID()}` });
const logOut = async (who: object) => sendToken(rp, await issuer.sign(issuer.logoutClaims({ ...who })));

interface Event {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** Listens as an EventSource does; `next` resolves with the next event of the stream. */
async function listen(browser: HttpBrowser, lastEventId?: string) {
  const end = new AbortController();
  const headers = {
    cookie: browser.cookieFor("/playground2"),
    ...(lastEventId ? { "last-event-id": lastEventId } : {}),
  };
  const response = await fetch(`${rp.base}/events`, { headers, signal: end.signal });
  const chunks = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  const next = async (): Promise<Event> => {
    for (;;) {
      const [block, ...rest] = text.split("\n\n");
      if (rest.length > 0) {
        text = rest.join("\n\n");
        const fields = Object.fromEntries((block ?? "").split("\n").map((line) => line.split(/: (.*)/s)));
        if (fields.event) return { id: fields.id, event: fields.event, data: JSON.parse(fields.data) };
      } else {
        const chunk = await chunks?.next();
        if (!chunk || chunk.done) throw new Error("the stream ended");
        text += chunk.value;
      }
    }
  };
  return { response, next, stop: () => end.abort() };
}

describe("the stream", () => {
  test("tells the state at once and the logout when it comes, uncompressed and unstored", async () => {
    const who = someone();
    const browser = await signIn(issuer, rp, who);
    const stream = await listen(browser);
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
    const first = await listen(browser);
    const { id } = await first.next();
    first.stop();
    await logOut(who);
    const second = await listen(browser, id);
    assert.equal((await second.next()).data.loggedOutBy, "back-channel");
    second.stop();
  });

  test("is of this browser's session only", async () => {
    const [alice, bob] = [someone(), someone()];
    const stream = await listen(await signIn(issuer, rp, alice));
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
    const stream = await listen(await signIn(issuer, rp, someone()));
    assert.doesNotMatch(JSON.stringify(await stream.next()), /eyJ/);
    stream.stop();
  });
});

test("a browser without a session is told to stop asking, and gets none", async () => {
  const response = await fetch(`${rp.base}/events`);
  assert.equal(response.status, 204);
  assert.equal(response.headers.getSetCookie().length, 0);
});
