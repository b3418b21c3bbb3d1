/** Messages to the OP iframe, from anyone. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { appOrigin, fakeWindow, opIframe } from "./testing/op-iframe.ts";

const clientIds = fc.constantFrom("photos", "albums", "https://app.example/", "a.b");
const states = fc.constantFrom("state", "other", "");
const salts = fc.stringMatching(/^[\w-]{1,20}$/);
const origins = fc.constantFrom(appOrigin, "http://localhost:8081", "https://evil.example", "null");

/** `session_state` as SM 3.2 describes it, with the browser state that the cookie has. */
const stateFor = (clientId: string, origin: string, browserState: string, salt: string) =>
  `${createHash("sha256").update(`${clientId} ${origin} ${browserState} ${salt}`).digest("base64url")}.${salt}`;

const cookieOf = (state: string) => `x=1; opbs.9443=${state}; xopbs.9443=no`;

describe("for every message to the OP iframe,", () => {
  test("the answer is unchanged exactly for this client, origin and browser state, and goes to that origin", (t) =>
    holds(
      t,
      fc.property(clientIds, clientIds, states, states, origins, origins, salts, (...values) => {
        const [clientId, asked, state, current, origin, from, salt] = values;
        const { ask, page } = opIframe(cookieOf(current));
        const answer = ask(`${asked} ${stateFor(clientId, origin, state, salt)}`, page, from);
        const same = clientId === asked && state === current && origin === from;
        assert.equal(answer, same ? "unchanged" : "changed");
        assert.deepEqual(page.answers, [[answer, from]]);
      }),
    ));

  test("what is none gets error, and nothing fails", (t) => {
    const good = `photos ${stateFor("photos", appOrigin, "state", "salt")}`;
    const spoilt = fc
      .tuple(fc.nat(good.length), oddText(3))
      .map(([at, text]) => good.slice(0, at) + text + good.slice(at));
    return holds(
      t,
      fc.property(fc.oneof(spoilt, oddText(), fc.jsonValue(), fc.anything()), (data) => {
        const { ask, page } = opIframe(cookieOf("state"));
        const answer = ask(data);
        assert.ok(answer === "error" || answer === "changed" || data === good, String(answer));
        assert.equal(page.answers.length, 1);
        if (typeof data !== "string") assert.equal(answer, "error");
      }),
    );
  });

  test("a window that is neither above nor beside it gets no answer", (t) =>
    holds(
      t,
      fc.property(
        fc.nat(4),
        fc.nat(4),
        fc.nat(2),
        fc.oneof(oddText(), fc.jsonValue()),
        (above, from, away, data) => {
          const chain = [fakeWindow()];
          for (let n = 0; n < above; n++) chain.push(fakeWindow(chain.at(-1)));
          const page = chain.at(-1);
          const { ask, frame } = opIframe(cookieOf("state"), page);
          // Below a window above the page, inside the frame itself, or in another tab.
          const places = [...chain.slice(0, -1), frame, fakeWindow()];
          let stranger = fakeWindow(places[from % places.length]);
          for (let n = 0; n < away; n++) stranger = fakeWindow(stranger);
          ask(data, stranger);
          assert.deepEqual(stranger.answers, []);
        },
      ),
    ));
});
