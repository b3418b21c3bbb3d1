/** Kinds of logout tokens that BCL 2.4 and 2.6 tell a receiver to refuse. Each differs from a valid one in one point. */
import { createHmac } from "node:crypto";
import { type CryptoKey, generateKeyPair, type JWK, UnsecuredJWT } from "jose";
import { backchannelLogoutEvent as event } from "../logout-token.ts";

/** Signs with a published RS256 key unless another is given. The header has `alg`, `kid` and `typ` unless they are. */
export type Signer = (
  claims: Record<string, unknown>,
  header?: Record<string, unknown>,
  key?: CryptoKey,
) => Promise<string>;

export interface ValidTokens {
  sign: Signer;
  /** The published key. */
  jwk: JWK;
  /** Claims of a valid logout token, with a new `jti` each time. */
  claims: () => Record<string, unknown>;
}

const now = () => Math.floor(Date.now() / 1000);

/** What differs in the claims; `undefined` removes one. */
const badClaims: Readonly<Record<string, (claims: Record<string, unknown>) => Record<string, unknown>>> = {
  "no iss": () => ({ iss: undefined }),
  "another iss": () => ({ iss: "https://other.example/" }),
  "no aud": () => ({ aud: undefined }),
  "another aud": () => ({ aud: "another-client" }),
  "aud array without this client": () => ({ aud: ["other", "another"] }),
  "no iat": () => ({ iat: undefined }),
  "iat in the future": () => ({ iat: now() + 7200, exp: now() + 9000 }),
  "iat a day old": () => ({ iat: now() - 86_400 }),
  "iat as a string": () => ({ iat: String(now()) }),
  "exp in the past": () => ({ iat: now() - 280, exp: now() - 200 }),
  "exp as a string": () => ({ exp: String(now() + 120) }),
  "no jti": () => ({ jti: undefined }),
  "empty jti": () => ({ jti: "" }),
  "no events": () => ({ events: undefined }),
  "another event": () => ({ events: { "http://schemas.openid.net/event/other": {} } }),
  "events as a string": () => ({ events: event }),
  "events as an array": () => ({ events: [event] }),
  "event value is null": () => ({ events: { [event]: null } }),
  "event value is a string": () => ({ events: { [event]: "x" } }),
  nonce: () => ({ nonce: "n" }),
  "neither sub nor sid": () => ({ sub: undefined, sid: undefined }),
  "sid that is not a string": () => ({ sid: 7 }),
  "sub that is not a string": () => ({ sub: ["alice"] }),
};

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

const otherwiseBad: Readonly<Record<string, (valid: ValidTokens) => Promise<string>>> = {
  "alg none": async ({ claims }) => new UnsecuredJWT(claims()).encode(),
  "an unpublished key": async ({ sign, claims }) => sign(claims(), {}, await anotherKey()),
  "a key in the header": async ({ sign, claims, jwk }) =>
    sign(claims(), { jwk, kid: undefined }, await anotherKey()),
  "HS256 with the public key": async ({ claims, jwk }) => {
    const input = `${encode({ alg: "HS256", kid: jwk.kid })}.${encode(claims())}`;
    return `${input}.${createHmac("sha256", JSON.stringify(jwk)).update(input).digest("base64url")}`;
  },
  "a changed signature": async ({ sign, claims }) => {
    const token = await sign(claims());
    const first = token.lastIndexOf(".") + 1;
    return token.slice(0, first) + (token[first] === "A" ? "B" : "A") + token.slice(first + 1);
  },
  "an unknown critical header": ({ sign, claims }) =>
    sign(claims(), { crit: ["urn:example"], "urn:example": 1 }),
  "an access token": ({ sign, claims }) => sign(claims(), { typ: "at+jwt" }),
  "five parts": async () => "a.b.c.d.e",
  "not a JWT": async () => "garbage",
};

const anotherKey = async () => (await generateKeyPair("RS256")).privateKey;

export const badKinds: readonly string[] = [...Object.keys(badClaims), ...Object.keys(otherwiseBad)];

/** A new token of each kind. */
export async function badLogoutTokens(valid: ValidTokens): Promise<{ kind: string; token: string }[]> {
  const byClaims = Object.entries(badClaims).map(async ([kind, changes]) => {
    const claims = valid.claims();
    const changed = Object.entries({ ...claims, ...changes(claims) }).filter(
      ([, value]) => value !== undefined,
    );
    return { kind, token: await valid.sign(Object.fromEntries(changed)) };
  });
  const others = Object.entries(otherwiseBad).map(async ([kind, make]) => ({
    kind,
    token: await make(valid),
  }));
  return Promise.all([...byClaims, ...others]);
}
