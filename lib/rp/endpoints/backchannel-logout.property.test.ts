/** POST /bclogout and whatever may be sent to it: a small oracle says which tokens count, and what they end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { beginLogin, form, op, openApp, otherOp, postLogout, postToken, signed } from "./testing/app.ts";
import {
  type Claims,
  claimChanges,
  claimsOf,
  headerChanges,
  isMeant,
  json,
  sessionsOf,
  stranger,
  verdictOf,
} from "./testing/logout-tokens.ts";

const rp = openApp();
const signers = [op, otherOp, stranger];
const some = fc.constantFrom;
let run = 0;

/** Refused or accepted, but never failed; and nothing of the inside shows. */
async function checkAnswer(response: Response, statuses: readonly number[]): Promise<number> {
  const text = await response.text();
  assert.ok(statuses.includes(response.status), `${response.status}: ${text}`);
  assert.equal(response.headers.get("cache-control"), "no-store");
  if (response.status === 200) assert.equal(text, "");
  else {
    const { error, error_description, ...rest } = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual([typeof error, typeof error_description, rest], ["string", "string", {}]);
    assert.doesNotMatch(text, /node_modules|node:|\.ts\b|\bat \S+ \(|sqlite|SELECT|TypeError/);
  }
  return response.status;
}

const living = (sessions: (() => Promise<boolean>)[]) => Promise.all(sessions.map((lives) => lives()));

/** Begins the sessions of a run, sends the token, and compares what lives. */
async function tryToken(token: string, claims: Claims, valid: boolean | "either"): Promise<void> {
  const sessions = sessionsOf(run);
  const lives = await Promise.all(sessions.map((session) => beginLogin(rp, { ...session })));
  const status = await checkAnswer(await postToken(rp, token), [200, 400]);
  if (valid !== "either") assert.equal(status, valid ? 200 : 400);
  const left = sessions.map((session) => !(status === 200 && isMeant(session, claims)));
  assert.deepEqual(await living(lives), left);
  if (status === 400) return;
  // A second time it ends nothing, not even what has begun since.
  const later = await Promise.all(sessions.map((session) => beginLogin(rp, { ...session })));
  await checkAnswer(await postToken(rp, token), [400]);
  assert.deepEqual(
    await living(later),
    sessions.map(() => true),
  );
}

describe("for every logout token,", () => {
  test("claims that count end their own sessions, once, and all others end none", (t) =>
    holds(
      t,
      fc.asyncProperty(claimChanges, some(...signers, op, op), async (edits, signer) => {
        run += 1;
        const claims = claimsOf(edits, run);
        const header = { alg: "ES256", kid: signer.kid, typ: "logout+jwt" };
        const token = signed(JSON.stringify(header), JSON.stringify(claims), signer);
        await tryToken(token, claims, verdictOf(header, claims, signer, run));
      }),
      { ms: 3000 },
    ));

  test("a header that does not count ends nothing, with any signature", (t) =>
    holds(
      t,
      fc.asyncProperty(headerChanges, some(...signers), async (edits, signer) => {
        run += 1;
        const header: Claims = { alg: "ES256", kid: signer.kid, typ: "logout+jwt" };
        for (const { name, value } of edits) header[name] = value;
        const text = JSON.stringify(header);
        const claims = claimsOf(
          [
            { name: "iss", value: signer.issuer },
            { name: "aud", value: ["playground2", "typed"] },
          ],
          run,
        );
        const token = signed(text, JSON.stringify(claims), signer);
        await tryToken(token, claims, verdictOf(JSON.parse(text) as Claims, claims, signer, run));
      }),
      { ms: 2000 },
    ));

  test("any JSON with a good signature is accepted only as the claims of a logout", (t) =>
    holds(
      t,
      fc.asyncProperty(fc.oneof(json, oddText()), fc.boolean(), async (value, asHeader) => {
        const header = JSON.stringify({ alg: "ES256", kid: op.kid });
        const text = typeof value === "string" ? value : JSON.stringify(value);
        const token = asHeader ? signed(text, "{}", op) : signed(header, text, op);
        await checkAnswer(await postToken(rp, token), [400]);
      }),
    ));

  test("each change of its characters is noticed", (t) => {
    const change = fc.record({
      at: fc.nat(),
      remove: fc.integer({ min: 0, max: 3 }),
      insert: fc.oneof(some("", ".", "=", "==", "+", "/", "-", "_", "A", " ", "\n", "%2E", "\0"), oddText(3)),
    });
    return holds(
      t,
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (edits) => {
        run += 1;
        const claims = claimsOf([], run);
        const good = signed(JSON.stringify({ alg: "ES256", kid: op.kid }), JSON.stringify(claims), op);
        const token = edits.reduce((text, { at, remove, insert }) => {
          const place = at % (text.length + 1);
          return text.slice(0, place) + insert + text.slice(place + remove);
        }, good);
        const [before, after] = [good.split("."), token.split(".")];
        // Only the last bits of a signature may be written differently, and mean the same.
        const bytes = (part = "") => Buffer.from(part, "base64url").toString("hex");
        const same = [0, 1].every((n) => before[n] === after[n]) && bytes(before[2]) === bytes(after[2]);
        const lives = await beginLogin(rp, { ...sessionsOf(run)[0] });
        const status = await checkAnswer(await postToken(rp, token), same ? [200, 400] : [400]);
        assert.equal(await lives(), status !== 200);
      }),
      { ms: 2000 },
    );
  });
});

describe("for every request,", () => {
  const types = some(
    "",
    form,
    `${form};charset=utf-8`,
    ` ${form.toUpperCase()} ;x`,
    "text/plain",
    "application/json",
    `${form}x`,
  );
  const field = some("logout_token", "logout%5Ftoken", "LOGOUT_TOKEN", "x", "");
  const value = fc.oneof(
    fc.string(),
    some("%", "%zz", "%ff%fe", "a.b.c", "....", "e30.e30.", "%00", "a".repeat(70_000), "=&=&"),
    fc.webQueryParameters(),
  );
  const written = fc
    .array(fc.tuple(field, value), { maxLength: 4 })
    .map((pairs) => Buffer.from(pairs.map((pair) => pair.join("=")).join("&")));
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

  test("/bclogout answers 400, 413 or 415, with JSON that says nothing of the inside", (t) =>
    holds(
      t,
      fc.asyncProperty(types, fc.oneof(written, bytes), async (type, body) => {
        await checkAnswer(await postLogout(rp, type, body), [400, 413, 415]);
      }),
    ));

  test("a good token beside another one in the same body ends nothing", (t) =>
    holds(
      t,
      fc.asyncProperty(fc.oneof(value, fc.constant("")), fc.boolean(), async (other, first) => {
        run += 1;
        const good = signed(
          JSON.stringify({ alg: "ES256", kid: op.kid }),
          JSON.stringify(claimsOf([], run)),
          op,
        );
        const lives = await beginLogin(rp, { ...sessionsOf(run)[0] });
        const values = [`logout_token=${good}`, `logout_token=${other}`];
        const body = (first ? values : values.reverse()).join("&");
        await checkAnswer(await postLogout(rp, form, body), [400, 413]);
        assert.equal(await lives(), true);
      }),
    ));
});
