/** Logout tokens that an app must refuse, each wrong in one point (BCL 2.4, 2.6). */
import { createHmac } from "node:crypto";
import { UnsecuredJWT } from "jose";
import { backchannelLogoutEvent as event } from "#lib/oidc/logout-token.ts";
import { newKey, type SigningKey, type TestIssuer } from "./test-issuer.ts";

/** Makes a token.
 * @param who it names: `sub` and `sid`; default: those of `TestIssuer.logoutClaims` */
export type BadToken = (who?: Record<string, unknown>) => Promise<string>;

const now = () => Math.floor(Date.now() / 1000);

/** Each differs from the claims of a valid logout token in one point. */
const wrongClaims = (issuer: TestIssuer): Record<string, () => Record<string, unknown>> => ({
  "no iss": () => ({ iss: undefined }),
  "another iss": () => ({ iss: `${issuer.issuer}INVALID` }),
  "iss with an extra slash": () => ({ iss: `${issuer.issuer}/` }),
  "no aud": () => ({ aud: undefined }),
  "another aud": () => ({ aud: "playground2INVALID" }),
  "aud array without this client": () => ({ aud: ["other", "another"] }),
  "no iat": () => ({ iat: undefined }),
  "iat in the future": () => ({ iat: now() + 600, exp: now() + 720 }),
  "iat a day old": () => ({ iat: now() - 86_400, exp: now() + 120 }),
  "iat as a string": () => ({ iat: String(now()) }),
  "exp in the past": () => ({ iat: now() - 240, exp: now() - 120 }),
  "exp as a string": () => ({ exp: String(now() + 120) }),
  "no jti": () => ({ jti: undefined }),
  "empty jti": () => ({ jti: "" }),
  "no events": () => ({ events: undefined }),
  "another event": () => ({ events: { "http://schemas.openid.net/event/foobar": {} } }),
  "events as a string": () => ({ events: event }),
  "events as an array": () => ({ events: [event] }),
  "events null": () => ({ events: null }),
  "event value is an array": () => ({ events: { [event]: [] } }),
  "event value is null": () => ({ events: { [event]: null } }),
  "event value is a string": () => ({ events: { [event]: "x" } }),
  "the event claim of old WSO2 servers": () => ({ events: undefined, event: {} }),
  nonce: () => ({ nonce: "n" }),
  "neither sub nor sid": () => ({ sub: undefined, sid: undefined }),
  "sid that is not a string": () => ({ sid: 7 }),
  "sub that is not a string": () => ({ sub: ["alice"] }),
});

/** Each has a wrong signature, header, type or format. */
const wrongTokens = (issuer: TestIssuer, clientSecret: string): Record<string, BadToken> => {
  const claims = (who?: object) => issuer.logoutClaims({ ...who });
  let unpublished: Promise<SigningKey> | undefined;
  const stranger = () => (unpublished ??= newKey("RS256"));
  return {
    "alg none": async (who) => new UnsecuredJWT(claims(who)).encode(),
    "alg ES256 with a published key": (who) => issuer.sign(claims(who), {}, issuer.es256),
    "an unpublished key": async (who) => issuer.sign(claims(who), {}, await stranger()),
    "a published kid with another key": async (who) =>
      issuer.sign(claims(who), { kid: issuer.rs256.kid }, await stranger()),
    "last byte of the signature changed": async (who) => flip(await issuer.sign(claims(who)), -2),
    "first byte of the signature changed": async (who) => {
      const token = await issuer.sign(claims(who));
      return flip(token, token.lastIndexOf(".") + 1);
    },
    "HS256 with the public key": async (who) => hs256(JSON.stringify(issuer.rs256.publicJwk), claims(who)),
    "HS256 with the client secret": async (who) => hs256(clientSecret, claims(who)),
    "an unknown critical header": (who) =>
      issuer.sign(claims(who), { crit: ["urn:example"], "urn:example": 1 }),
    "a key in the header": async (who) => {
      const key = await stranger();
      return issuer.sign(claims(who), { jwk: key.publicJwk, kid: undefined }, key);
    },
    "a jku in the header": async (who) =>
      issuer.sign(claims(who), { jku: `${issuer.origin}/canary` }, await stranger()),
    "an ID Token": (who) => issuer.sign(issuer.idClaims({ nonce: "n", jti: "j", ...who })),
    "an access token": (who) => issuer.sign(claims(who), { typ: "at+jwt" }),
    "a security event token of another type": (who) => issuer.sign(claims(who), { typ: "secevent+jwt" }),
    "a kid that looks like SQL": (who) => issuer.sign(claims(who), { kid: "' OR 1=1 --" }),
    "a typ that is not a string": (who) => issuer.sign(claims(who), { typ: 1 }),
    "five parts": async () => "a.b.c.d.e",
    "not a JWT": async () => "garbage",
    "a payload that is not an object": async () =>
      `${(await issuer.sign({})).split(".")[0]}.${Buffer.from("[]").toString("base64url")}.AA`,
  };
};

/** All of them, by what is wrong. */
export const badLogoutTokens = (issuer: TestIssuer, clientSecret: string): Record<string, BadToken> => ({
  ...Object.fromEntries(
    Object.entries(wrongClaims(issuer)).map(([name, changes]) => [
      name,
      (who?: object) => issuer.sign(issuer.logoutClaims({ ...who, ...changes() })),
    ]),
  ),
  ...wrongTokens(issuer, clientSecret),
});

function hs256(secret: string, claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const input = `${encode({ alg: "HS256" })}.${encode(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function flip(token: string, index: number): string {
  const at = index < 0 ? token.length + index : index;
  return token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
}
