/** GET /fclogout and whatever may be asked of it: only `iss` and `sid` of a session end it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { frontchannelLogout } from "./frontchannel-logout.ts";
import { beginLogin, op, openApp, otherOp } from "./testing/app.ts";
import { Browser } from "./testing/browser.ts";

const rp = openApp();
let run = 0;

const iss = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(op.issuer, otherOp.issuer) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(`${op.issuer}/`, op.issuer.toUpperCase(), "https://evil.example", ""),
  },
  { weight: 1, arbitrary: oddText() },
);
const sid = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("s1", "s2") },
  { weight: 1, arbitrary: fc.constantFrom("", "S1", "s1 ", "s1\0", "%") },
  { weight: 1, arbitrary: oddText() },
);
const more = fc.constantFrom("sub", "iss", "sid", "logout_token", "id_token_hint", "x");
const query = fc.tuple(
  fc.array(
    iss.map((value) => ["iss", value]),
    { maxLength: 1 },
  ),
  fc.array(
    sid.map((value) => ["sid", value]),
    { maxLength: 1 },
  ),
  fc.array(fc.tuple(more, fc.oneof(oddText(), fc.constant("alice"), fc.constant("<img src=x>"))), {
    maxLength: 2,
  }),
);

test("for every front-channel logout request, the sessions of its iss and sid end, no others, and nothing of it is markup", (t) =>
  holds(
    t,
    fc.asyncProperty(query, async (parts) => {
      run += 1;
      // The names of this run, so that nothing lives or ends because of another.
      const pairs = parts
        .flat()
        .map(([name = "", value = ""]) => [name, /^s[12]$/.test(value) ? `${value}-${run}` : value]);
      const parameters = new URLSearchParams(pairs);
      const sessions = [
        { iss: op.issuer, sub: "alice", sid: `s1-${run}` },
        { iss: op.issuer, sub: "alice", sid: `s2-${run}`, clientId: "typed" },
        { iss: op.issuer, sub: "alice" },
        { iss: otherOp.issuer, sub: "alice", sid: `s1-${run}` },
      ];
      const lives = await Promise.all(sessions.map((session) => beginLogin(rp, session)));
      const response = await new Browser(rp).get(frontchannelLogout, "/fclogout", parameters);
      const text = await response.text();
      assert.ok([200, 400].includes(response.status), `${response.status} ${text}`);
      assert.doesNotMatch(text, /<img|node_modules|\.ts\b/);
      assert.match(
        response.headers.get("content-security-policy") ?? "",
        / frame-ancestors https:\/\/op\.example https:\/\/other\.example$/,
      );
      assert.deepEqual(response.headers.getSetCookie(), []);
      const [named, which] = [parameters.get("iss"), parameters.get("sid")];
      if (![op.issuer, otherOp.issuer].includes(named ?? "") || !which) assert.equal(response.status, 400);
      const left = sessions.map((session) => !(session.iss === named && session.sid === which));
      assert.deepEqual(await Promise.all(lives.map((each) => each())), left);
    }),
    { ms: 1500 },
  ));
