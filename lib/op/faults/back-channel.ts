/** Faults of back-channel logout: what a logout token says, and whose key it is signed with. */
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import type { OpenIdProvider } from "../open-id-provider.ts";
import { delivery } from "./delivery.ts";
import type { Fault } from "./fault.ts";
import { signed } from "./logout-tokens.ts";
import { participants } from "./participants.ts";

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Has the library make logout tokens as for clients that are registered otherwise. */
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
    does: "The logout token is not signed (alg none): anybody can make one.",
    clause: "BCL 2.4",
    check: "B-03",
    logoutToken: ({ header, claims }) => `${base64url({ ...header, alg: "none" })}.${base64url(claims)}.`,
  },
  {
    name: "logout-token-with-unknown-key",
    family: "B",
    does: "The logout token names a published key and is signed with another one.",
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
    does: "Logout tokens are signed with RS256, whatever algorithm the client is registered with.",
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
    does: "The issuer of the logout token has a slash at its end that discovery does not have.",
    clause: "BCL 2.4",
    check: "B-04",
    logoutToken: ({ claims }) => {
      claims.iss = `${claims.iss}/`;
    },
  },
  {
    name: "logout-token-for-others-too",
    family: "B",
    does: "The audience of a logout token names another app beside the one that it is sent to.",
    clause: "BCL 2.4",
    check: "B-05",
    logoutToken: ({ claims }) => {
      claims.aud = [claims.aud, "another-app"];
    },
  },
  {
    name: "logout-token-of-the-past",
    family: "B",
    does: "The logout token says that it was issued ten minutes before the logout.",
    clause: "BCL 2.4",
    check: "B-06",
    logoutToken: ({ claims }) => {
      claims.iat = Number(claims.iat) - 600;
    },
  },
  {
    name: "logout-token-without-expiry",
    family: "B",
    does: "The logout token has no exp: whoever captures it can use it for ever.",
    clause: "BCL 2.4",
    check: "B-07",
    logoutToken: ({ claims }) => {
      delete claims.exp;
    },
  },
  {
    name: "logout-token-valid-for-a-day",
    family: "B",
    does: "The logout token expires a day later, when no app remembers its jti any more.",
    clause: "BCL 2.4",
    check: "B-07",
    logoutToken: ({ claims }) => {
      claims.exp = Number(claims.iat) + 86_400;
    },
  },
  {
    name: "logout-token-with-old-jti",
    family: "B",
    does: "All logout tokens about a user have the same jti: an app takes the second for a replay.",
    clause: "BCL 2.4",
    check: "B-08",
    logoutToken: ({ claims }) => {
      claims.jti = `logout of ${claims.sub}`;
    },
  },
  {
    name: "logout-token-without-events",
    family: "B",
    does: "The logout token has no events claim, so that it could be any other JWT.",
    clause: "BCL 2.4",
    check: "B-09",
    logoutToken: ({ claims }) => {
      delete claims.events;
    },
  },
  {
    name: "logout-token-with-event-as-list",
    family: "B",
    does: "The events claim is a list of names, where an object with the event as a member belongs.",
    clause: "BCL 2.4",
    check: "B-09",
    logoutToken: ({ claims }) => {
      claims.events = [backchannelLogoutEvent];
    },
  },
  {
    name: "logout-token-with-nonce",
    family: "B",
    does: "The logout token has a nonce, so that it can pass for an ID Token.",
    clause: "BCL 2.4",
    check: "B-10",
    logoutToken: ({ claims }) => {
      claims.nonce = claims.jti;
    },
  },
  {
    name: "logout-token-with-empty-sub",
    family: "B",
    does: "A logout token that has a sid has an empty sub.",
    clause: "BCL 2.4",
    check: "B-11",
    logoutToken: ({ claims }) => {
      if (claims.sid) claims.sub = "";
    },
  },
  {
    name: "logout-token-with-email-as-sub",
    family: "B",
    does: "A logout token that has a sid names the user by an e-mail address, the ID Token by the sub.",
    clause: "BCL 2.4",
    check: "B-12",
    logoutToken: ({ claims }) => {
      if (claims.sid) claims.sub = `${claims.sub}@example.org`;
    },
  },
  {
    name: "logout-token-with-public-sub",
    family: "B",
    does: "The logout token of a client with pairwise subjects has the public sub of the user, which all others know.",
    clause: "BCL 2.4",
    check: "B-12",
    install: asForClientsWith({ subjectType: "public" }),
  },
  {
    name: "logout-token-with-other-sid",
    family: "B",
    does: "The sid of the logout token is an identifier of the OP's own, which no app has ever seen.",
    clause: "BCL 2.4",
    check: "B-13",
    logoutToken: ({ claims }) => {
      if (claims.sid) claims.sid = `session-${claims.sid}`;
    },
  },
  {
    name: "logout-token-without-sid",
    family: "B",
    does: "An app that asked for the sid gets none in the logout token, and has to end all sessions of the user.",
    clause: "BCL 2.2",
    check: "B-14",
    logoutToken: ({ claims }) => {
      delete claims.sid;
    },
  },
  {
    name: "logout-token-of-another-type",
    family: "B",
    does: "The logout token says of itself that it is an access token (typ at+jwt).",
    clause: "BCL 2.4",
    check: "B-15",
    logoutToken: ({ header }) => {
      header.typ = "at+jwt";
    },
  },
  {
    name: "logout-token-with-profile",
    family: "B",
    does: "The logout token tells every app the user's name and e-mail address.",
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
    does: "A client that has its ID Tokens encrypted gets its logout tokens signed only.",
    clause: "BCL 2.4",
    check: "B-16",
    install: asForClientsWith({ idTokenEncryptedResponseEnc: undefined }),
  },
  {
    name: "logout-token-taken-as-hint",
    family: "B",
    does: "The logout token has the type of an ID Token, and the OP itself takes it for one.",
    clause: "RFC 8725 3.12",
    check: "B-17",
    logoutToken: ({ header }) => {
      header.typ = "JWT";
    },
  },
];

export const backChannel: readonly Fault[] = [...logoutTokens, ...delivery, ...participants];
