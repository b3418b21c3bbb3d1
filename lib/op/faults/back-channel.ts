/** Faults of back-channel logout: the content of a logout token, and the key that signs it. */
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import type { OpenIdProvider } from "../open-id-provider.ts";
import { delivery } from "./delivery.ts";
import type { Fault } from "./fault.ts";
import { signed } from "./logout-tokens.ts";
import { participants } from "./participants.ts";

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Has the library make logout tokens as if the clients had registered other metadata. */
const asForClientsWith =
  (metadata: object) =>
  ({ provider }: OpenIdProvider): void => {
    const prototype = provider.IdToken.prototype as unknown as {
      client: object;
      issue(options: { use: string }): Promise<string>;
    };
    const issue = prototype.issue;
    const otherwise = Object.getOwnPropertyDescriptors(metadata);
    prototype.issue = function (options) {
      if (options.use === "logout") this.client = Object.create(this.client, otherwise);
      return issue.call(this, options);
    };
  };

const logoutTokens: readonly Fault[] = [
  {
    name: "logout-token-unsigned",
    family: "B",
    does: "The logout token is not signed (alg none): anyone can forge one.",
    clause: "BCL 2.4",
    check: "B-03",
    logoutToken: ({ header, claims }) => `${base64url({ ...header, alg: "none" })}.${base64url(claims)}.`,
  },
  {
    name: "logout-token-with-unknown-key",
    family: "B",
    does: "The logout token names a published key but is signed with a different one.",
    clause: "BCL 2.4",
    check: "B-03",
    logoutToken: async (token, op) => {
      const { privateKey } = await generateKeyPair(String(token.header.alg), { extractable: true });
      return signed(op, token, (await exportJWK(privateKey)) as JWK);
    },
  },
  {
    name: "logout-token-in-default-algorithm",
    family: "B",
    does: "Logout tokens are always signed with RS256, whatever algorithm the client registered.",
    clause: "BCL 2.4",
    check: "B-03",
    logoutToken: ({ header }, op) => {
      const kid = op.keys.jwks.keys.find(({ alg }) => alg === "RS256")?.kid;
      Object.assign(header, { alg: "RS256", kid });
    },
  },
  {
    name: "logout-token-of-another-issuer",
    family: "B",
    does: "The iss of the logout token ends in a slash, unlike the issuer in the discovery document.",
    clause: "BCL 2.4",
    check: "B-04",
    logoutToken: ({ claims }) => {
      claims.iss = `${claims.iss}/`;
    },
  },
  {
    name: "logout-token-for-others-too",
    family: "B",
    does: "The aud of the logout token names a second app besides the recipient.",
    clause: "BCL 2.4",
    check: "B-05",
    verdict: "warn",
    logoutToken: ({ claims }) => {
      claims.aud = [claims.aud, "another-app"];
    },
  },
  {
    name: "logout-token-of-the-past",
    family: "B",
    does: "The iat of the logout token is ten minutes before the logout.",
    clause: "BCL 2.4",
    check: "B-06",
    logoutToken: ({ claims }) => {
      claims.iat = Number(claims.iat) - 600;
    },
  },
  {
    name: "logout-token-without-expiry",
    family: "B",
    does: "The logout token has no exp: anyone who captures it can use it forever.",
    clause: "BCL 2.4",
    check: "B-07",
    logoutToken: ({ claims }) => {
      delete claims.exp;
    },
  },
  {
    name: "logout-token-valid-for-a-day",
    family: "B",
    does: "The logout token expires after a day, when apps no longer remember its jti.",
    clause: "BCL 2.4",
    check: "B-07",
    verdict: "warn",
    logoutToken: ({ claims }) => {
      claims.exp = Number(claims.iat) + 86_400;
    },
  },
  {
    name: "logout-token-with-old-jti",
    family: "B",
    does: "All logout tokens for a user have the same jti: an app treats the second as a replay.",
    clause: "BCL 2.4",
    check: "B-08",
    logoutToken: ({ claims }) => {
      claims.jti = `logout of ${claims.sub}`;
    },
  },
  {
    name: "logout-token-without-events",
    family: "B",
    does: "The logout token has no events claim, so it could be any other JWT.",
    clause: "BCL 2.4",
    check: "B-09",
    logoutToken: ({ claims }) => {
      delete claims.events;
    },
  },
  {
    name: "logout-token-with-event-as-list",
    family: "B",
    does: "The events claim is an array of names instead of an object with the event as a member.",
    clause: "BCL 2.4",
    check: "B-09",
    logoutToken: ({ claims }) => {
      claims.events = [backchannelLogoutEvent];
    },
  },
  {
    name: "logout-token-with-nonce",
    family: "B",
    does: "The logout token has a nonce, so it can pass for an ID Token.",
    clause: "BCL 2.4",
    check: "B-10",
    logoutToken: ({ claims }) => {
      claims.nonce = claims.jti;
    },
  },
  {
    name: "logout-token-with-empty-sub",
    family: "B",
    does: "A logout token with a sid has an empty sub.",
    clause: "BCL 2.4",
    check: "B-11",
    logoutToken: ({ claims }) => {
      if (claims.sid) claims.sub = "";
    },
  },
  {
    name: "logout-token-with-email-as-sub",
    family: "B",
    does: "A logout token with a sid has the user's e-mail address as sub, unlike the ID Token.",
    clause: "BCL 2.4",
    check: "B-12",
    logoutToken: ({ claims }) => {
      if (claims.sid) claims.sub = `${claims.sub}@example.org`;
    },
  },
  {
    name: "logout-token-with-public-sub",
    family: "B",
    does: "The logout token of a client with pairwise subjects has the user's public sub, which all other clients know.",
    clause: "BCL 2.4",
    check: "B-12",
    install: asForClientsWith({ subjectType: "public" }),
  },
  {
    name: "logout-token-with-other-sid",
    family: "B",
    does: "The sid of the logout token is internal to the OP: no app has ever seen it.",
    clause: "BCL 2.4",
    check: "B-13",
    logoutToken: ({ claims }) => {
      if (claims.sid) claims.sid = `session-${claims.sid}`;
    },
  },
  {
    name: "logout-token-without-sid",
    family: "B",
    does: "An app that requires a sid gets none in the logout token and has to end all sessions of the user.",
    clause: "BCL 2.2",
    check: "B-14",
    logoutToken: ({ claims }) => {
      delete claims.sid;
    },
  },
  {
    name: "logout-token-of-another-type",
    family: "B",
    does: "The logout token claims to be an access token (typ at+jwt).",
    clause: "BCL 2.4",
    check: "B-15",
    logoutToken: ({ header }) => {
      header.typ = "at+jwt";
    },
  },
  {
    name: "logout-token-with-profile",
    family: "B",
    does: "The logout token discloses the user's name and e-mail address to every app.",
    clause: "RFC 8417 6",
    check: "B-31",
    verdict: "warn",
    logoutToken: ({ claims }) => {
      Object.assign(claims, { name: claims.sub, email: `${claims.sub}@example.org` });
    },
  },
  {
    name: "logout-token-in-clear",
    family: "B",
    does: "A client whose ID Tokens are encrypted gets logout tokens that are only signed.",
    clause: "BCL 2.4",
    check: "B-16",
    verdict: "warn",
    install: asForClientsWith({ idTokenEncryptedResponseEnc: undefined }),
  },
  {
    name: "logout-token-taken-as-hint",
    family: "B",
    does: "The logout token has the typ of an ID Token, and the OP itself accepts it as one.",
    clause: "RFC 8725 3.12",
    check: "B-17",
    logoutToken: ({ header }) => {
      header.typ = "JWT";
    },
  },
];

export const backChannel: readonly Fault[] = [...logoutTokens, ...delivery, ...participants];
