/** Logout tokens of all kinds, and an oracle that says which of them count and what they end. */
import fc from "fast-check";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { newSigner, op, otherOp, type Signer } from "./app.ts";

/** Signs as the OP, with another key. */
export const stranger = { ...newSigner(op.issuer), kid: op.kid };

export type Claims = Record<string, unknown>;

const isObject = (value: unknown): value is Claims =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** BCL 2.6 and our own rules, in one expression each. "either" where the specifications leave it open. */
export function verdictOf(header: Claims, claims: Claims, signer: Signer, run: number): boolean | "either" {
  const now = seconds();
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
    // At its own OP the app has a client; a client typed into the form counts too.
    (iss === op.issuer && audiences.includes("playground2")) || audiences.includes(`typed-${run}`),
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
export function sessionsOf(n: number): Session[] {
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

export function isMeant(session: Session, { iss, aud, sub, sid }: Claims): boolean {
  const audiences = Array.isArray(aud) ? aud : [aud];
  // The app's own client is that of its own OP; others count only without it.
  const own = iss === op.issuer && audiences.includes("playground2");
  const clients = own ? ["playground2"] : audiences;
  if (session.iss !== iss || !clients.includes(session.clientId)) return false;
  if (sid === undefined) return session.sub === sub;
  return session.sid === sid || (session.sid === undefined && session.sub === sub);
}

const seconds = () => Math.floor(Date.now() / 1000);
export const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
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
export const claimChanges = changesTo(claimValues, 3);

/** A valid set of claims with these changes. */
export function claimsOf(edits: readonly { name: string; value: unknown }[], run: number): Claims {
  const at = seconds();
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
export const headerChanges = changesTo(headerValues, 2);

/** At most so many new values, mostly of those listed for their name; undefined removes one. */
function changesTo(values: Readonly<Record<string, fc.Arbitrary<unknown>>>, most: number) {
  const change = fc.constantFrom(...Object.keys(values)).chain((name) =>
    fc.record({
      name: fc.constant(name),
      value: fc.oneof(
        { weight: 3, arbitrary: values[name] as fc.Arbitrary<unknown> },
        { weight: 1, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: json },
      ),
    }),
  );
  return fc.array(change, { maxLength: most });
}
