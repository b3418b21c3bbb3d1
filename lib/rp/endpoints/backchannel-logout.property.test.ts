/** POST /bclogout and whatever may be sent to it: a small oracle says which tokens count, and what they end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import {
  beginLogin,
  form,
  newSigner,
  op,
  openApp,
  otherOp,
  postLogout,
  postToken,
  type Signer,
  signed,
} from "./testing/app.ts";

const rp = openApp();
const stranger = { ...newSigner("https://op.example"), kid: op.kid };
const signers = [op, otherOp, stranger];
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

type Claims = Record<string, unknown>;

const isObject = (value: unknown): value is Claims =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** BCL 2.6 and our own rules, in one expression each. "either" where the specifications leave it open. */
function verdictOf(header: Claims, claims: Claims, signer: Signer, now: number): boolean | "either" {
  const { alg, typ, kid, crit } = header;
  const { iss, aud, iat, exp, events, nonce, sub, sid, jti } = claims;
  const types = ["jwt", "logout+jwt", "application/jwt", "application/logout+jwt"];
  const audiences = Array.isArray(aud) ? aud : [aud];
  const isDate = (value: unknown): value is number => typeof value === "number";
  const required = [
    alg === "ES256",
    typ === undefined || (typeof typ === "string" && types.includes(typ.toLowerCase())),
    crit === undefined,
    signer !== stranger && iss === signer.issuer,
    typeof kid !== "string" || kid === signer.kid,
    audiences.includes("playground2") || audiences.includes(`typed-${run}`),
    isDate(iat) && iat <= now + 60 && iat >= now - 360,
    exp === undefined || (isDate(exp) && exp > now - 60),
    isObject(events) && isObject(events[backchannelLogoutEvent]),
    nonce === undefined,
    sub !== undefined || sid !== undefined,
    [sub, sid].every((value) => value === undefined || isText(value)),
    isText(jti),
  ];
  if (!required.every(Boolean)) return false;
  return (kid === undefined || typeof kid === "string") && header.b64 === undefined ? true : "either";
}

interface Session {
  iss: string;
  clientId: string;
  sub: string;
  sid?: string;
}

/** The sessions of one run: names of other runs are others. */
function sessionsOf(n: number): Session[] {
  const [alice, bob, s1, typed] = [`alice-${n}`, `bob-${n}`, `s1-${n}`, `typed-${n}`];
  const own = { iss: op.issuer, clientId: "playground2" };
  return [
    { ...own, sub: alice, sid: s1 },
    { ...own, sub: alice, sid: `s2-${n}` },
    { ...own, sub: alice },
    { ...own, sub: bob },
    { ...own, sub: bob, sid: s1 },
    { ...own, clientId: typed, sub: alice, sid: s1 },
    { ...own, iss: otherOp.issuer, clientId: typed, sub: alice, sid: s1 },
  ];
}

function isMeant(session: Session, { iss, aud, sub, sid }: Claims): boolean {
  const audiences = Array.isArray(aud) ? aud : [aud];
  // The app's own client is that of its own OP; others count only without it.
  const own = iss === op.issuer && audiences.includes("playground2");
  const clients = own ? ["playground2"] : audiences;
  if (session.iss !== iss || !clients.includes(session.clientId)) return false;
  if (sid === undefined) return session.sub === sub;
  return session.sid === sid || (session.sid === undefined && session.sub === sub);
}

const now = () => Math.floor(Date.now() / 1000);
const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
const some = fc.constantFrom;

/** For each claim, values at the edges of what counts; names of a run are filled in. */
const claimValues: Record<string, fc.Arbitrary<unknown>> = {
  iss: some(op.issuer, otherOp.issuer, `${op.issuer}/`, "https://evil.example"),
  aud: some<unknown>(
    "playground2",
    ["playground2"],
    "typed",
    ["x", "typed"],
    ["typed", "playground2"],
    [[]],
    {},
    "x",
  ),
  iat: some(0, 59, 60, 61, 62, -359, -361, -362, 0.5).map((offset) => ({ offset })),
  exp: some(120, -58, -62, 0, 1e12).map((offset) => ({ offset })),
  events: some<unknown>(
    { [backchannelLogoutEvent]: { a: 1 } },
    { [backchannelLogoutEvent]: [] },
    [],
    {},
    "x",
  ),
  nonce: some<unknown>("n", "", null, 0, false),
  sub: some<unknown>("alice", "bob", "", null),
  sid: some<unknown>("s1", "s2", "", ["s1"]),
  jti: some<unknown>("", null, 7),
  toe: some<unknown>(0, -1e308, 1e308, "x"),
};
const changes = fc.array(
  fc.constantFrom(...Object.keys(claimValues)).chain((name) =>
    fc.record({
      name: fc.constant(name),
      value: fc.oneof(
        { weight: 3, arbitrary: claimValues[name] as fc.Arbitrary<unknown> },
        { weight: 1, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: json },
      ),
    }),
  ),
  { maxLength: 3 },
);

/** A valid set of claims with these changes. */
function claimsOf(edits: readonly { name: string; value: unknown }[]): Claims {
  const at = now();
  const valid: Claims = {
    iss: op.issuer,
    aud: "playground2",
    iat: at,
    exp: at + 120,
    jti: crypto.randomUUID(),
    events: { [backchannelLogoutEvent]: {} },
    sub: "alice",
    sid: "s1",
  };
  for (const { name, value } of edits) {
    const isOffset = isObject(value) && typeof value.offset === "number" && Object.keys(value).length === 1;
    valid[name] = isOffset ? at + Number(value.offset) : value;
  }
  const named = JSON.stringify(valid).replaceAll(/"(alice|bob|s1|s2|typed)"/g, `"$1-${run}"`);
  return JSON.parse(named) as Claims;
}

const headerValues: Record<string, fc.Arbitrary<unknown>> = {
  alg: some<unknown>("ES256", "none", "None", "HS256", "RS256", "ES384", "es256", "ES256 ", ""),
  typ: some<unknown>(
    "logout+jwt",
    "JWT",
    "Application/Logout+JWT",
    "at+jwt",
    "id_token+jwt",
    "",
    "application/",
  ),
  kid: some<unknown>(op.kid, otherOp.kid, "unknown", "", 0, null),
  jwk: fc.constant(stranger.publicKey.export({ format: "jwk" })),
  jku: fc.constant("https://evil.example/jwks"),
  crit: some<unknown>(["b64"], [], ["exp"], "exp"),
  b64: some<unknown>(false, true),
  zip: fc.constant("DEF"),
};
const headerChanges = fc.array(
  fc.constantFrom(...Object.keys(headerValues)).chain((name) =>
    fc.record({
      name: fc.constant(name),
      value: fc.oneof(
        { weight: 3, arbitrary: headerValues[name] as fc.Arbitrary<unknown> },
        { weight: 1, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: json },
      ),
    }),
  ),
  { maxLength: 2 },
);

const living = (sessions: (() => Promise<boolean>)[]) => Promise.all(sessions.map((lives) => lives()));

/** Begins the sessions of a run, sends the token, and compares what lives. */
async function tryToken(token: string, claims: Claims, valid: boolean | "either"): Promise<void> {
  const sessions = sessionsOf(run);
  const lives = await Promise.all(sessions.map((session) => beginLogin(rp, { ...session })));
  const status = await checkAnswer(await postToken(rp, token), [200, 400]);
  if (valid !== "either") assert.equal(status, valid ? 200 : 400);
  const left = sessions.map((session) => !(status === 200 && isMeant(session, claims)));
  assert.deepEqual(await living(lives), left);
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
      fc.asyncProperty(changes, some(...signers, op, op), async (edits, signer) => {
        run += 1;
        const claims = claimsOf(edits);
        const header = { alg: "ES256", kid: signer.kid, typ: "logout+jwt" };
        const token = signed(JSON.stringify(header), JSON.stringify(claims), signer);
        await tryToken(token, claims, verdictOf(header, claims, signer, now()));
      }),
      { ms: 3000 },
    ));

  test("a header that does not count ends nothing, whoever signed it", (t) =>
    holds(
      t,
      fc.asyncProperty(headerChanges, some(...signers), async (edits, signer) => {
        run += 1;
        const header: Claims = { alg: "ES256", kid: signer.kid, typ: "logout+jwt" };
        for (const { name, value } of edits) header[name] = value;
        const text = JSON.stringify(header);
        const claims = claimsOf([
          { name: "iss", value: signer.issuer },
          { name: "aud", value: ["playground2", "typed"] },
        ]);
        const token = signed(text, JSON.stringify(claims), signer);
        await tryToken(token, claims, verdictOf(JSON.parse(text) as Claims, claims, signer, now()));
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
        const claims = claimsOf([]);
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
});
