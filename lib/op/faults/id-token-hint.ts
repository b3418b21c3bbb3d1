/** Faults of the `id_token_hint`: what the OP believes. */
import { createPublicKey, type JsonWebKey } from "node:crypto";
import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from "jose";
import { errors } from "oidc-provider";
import type { HintValidation } from "../logout/hint-type.ts";
import type { OpenIdProvider } from "../open-id-provider.ts";
import { ENDPOINTS } from "../paths.ts";
import type { Fault } from "./fault.ts";

interface Hint {
  jwt: string;
  header: ProtectedHeaderParameters;
  claims: JWTPayload;
}

/** Takes hints for which this holds without looking further; the others go the usual way. */
function believing(isBelieved: (hint: Hint, op: OpenIdProvider) => boolean | Promise<boolean>) {
  return (op: OpenIdProvider): void => {
    const idToken = op.provider.IdToken as unknown as HintValidation;
    const validate = idToken.validate;
    idToken.validate = async (jwt, client) => {
      const hint = { jwt, header: decodeProtectedHeader(jwt), claims: decodeJwt(jwt) };
      return (await isBelieved(hint, op)) ? hint : validate.call(idToken, jwt, client);
    };
  };
}

/** Verified by whatever it is that the OP takes for a key. */
const verifies = (verification: Promise<unknown>): Promise<boolean> =>
  verification.then(
    () => true,
    () => false,
  );

const isNone = ({ header: { alg = "" } }: Hint): boolean => alg.toLowerCase() === "none";

/** The public parts of the OP's keys. */
function publicKeys(op: OpenIdProvider): JSONWebKeySet {
  const keys = op.keys.jwks.keys.map(({ kid, alg, use, ...key }) => ({
    ...(createPublicKey({ key: key as JsonWebKey, format: "jwk" }).export({ format: "jwk" }) as object),
    ...{ kid, alg, use },
  }));
  return { keys } as JSONWebKeySet;
}

const common = { family: "R", clause: "RIL 2" } as const;

export const idTokenHints: readonly Fault[] = [
  {
    ...common,
    name: "hint-with-alg-none",
    does: "A hint whose header says alg none needs no signature.",
    check: "R-15",
    install: believing(isNone),
  },
  {
    ...common,
    name: "hint-signature-unverified",
    does: "The signature of a hint is not verified, as long as its issuer and audience are right.",
    check: "R-16",
    install: believing(
      (hint, op) => !isNone(hint) && hint.header.alg === "RS256" && hint.claims.iss === op.issuer,
    ),
  },
  {
    ...common,
    name: "hint-key-id-believed",
    does: "A hint needs no signature where its header names a key of the OP.",
    check: "R-17",
    install: believing(
      ({ header: { alg, kid }, claims }, op) =>
        alg === "RS256" && claims.iss === op.issuer && op.keys.jwks.keys.some((key) => key.kid === kid),
    ),
  },
  {
    ...common,
    name: "hint-of-another-issuer",
    does: "An ID Token of any other issuer is as good a hint as one of the OP.",
    check: "R-18",
    install: believing((hint, op) => !isNone(hint) && hint.claims.iss !== op.issuer),
  },
  {
    ...common,
    name: "hint-signed-with-public-key",
    does: "A hint may be signed by HMAC, with the OP's public key for a secret: everybody has that.",
    clause: "RFC 8725 2.1",
    check: "R-19",
    install: believing(({ jwt, header }, op) => {
      const key = op.keys.jwks.keys.find(({ alg }) => alg === "RS256") as JsonWebKey;
      const pem = createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
      return header.alg === "HS256" && verifies(compactVerify(jwt, new TextEncoder().encode(pem)));
    }),
  },
  {
    ...common,
    name: "other-tokens-as-hint",
    does: "Whatever the OP has signed is a hint, a logout token too.",
    clause: "RFC 8725 3.12",
    check: "R-20",
    install: believing(({ jwt }, op) => verifies(compactVerify(jwt, createLocalJWKSet(publicKeys(op))))),
  },
  {
    ...common,
    name: "userinfo-as-hint",
    does: "A signed UserInfo response is as good a hint as an ID Token: it has the same issuer, audience and subject.",
    clause: "RFC 8725 3.12",
    check: "R-20",
    install: believing(
      ({ jwt, claims: { sub, sid } }, op) =>
        sub !== undefined &&
        sid === undefined &&
        verifies(compactVerify(jwt, createLocalJWKSet(publicKeys(op)))),
    ),
  },
  {
    ...common,
    name: "hint-signed-with-secret-refused",
    does: "A hint that is signed with the client's secret is an error, though that is how the OP has signed the ID Token.",
    check: "R-37",
    install: believing(({ header: { alg } }) => {
      if (alg === "HS256") throw new errors.InvalidRequest("id_token_hint is not signed by this OP");
      return false;
    }),
  },
  {
    ...common,
    name: "expired-hint-refused",
    does: "A hint that has expired is an error, so that whoever was away for a while cannot log out.",
    check: "R-21",
    verdict: "warn",
    install: believing(({ claims: { exp = 0 } }) => {
      if (exp * 1000 < Date.now()) throw new errors.InvalidRequest("id_token_hint has expired");
      return false;
    }),
  },
  {
    ...common,
    name: "client-of-hint-unchecked",
    does: "A client_id that is not the audience of the hint makes no difference.",
    check: "R-14",
    around: async (_op, ctx, next) => {
      if (ctx.path === ENDPOINTS.end_session && ctx.query.id_token_hint) {
        const { client_id: _, ...query } = ctx.query;
        ctx.query = query;
      }
      await next();
    },
  },
  {
    ...common,
    name: "garbage-hint-crashes",
    does: "A hint that is no JWT makes the OP fail with HTTP 500.",
    clause: "RIL 4",
    check: "R-23",
    around: async (_op, ctx, next) => {
      const hint = ctx.path === ENDPOINTS.end_session ? ctx.query.id_token_hint : undefined;
      await next();
      if (typeof hint === "string" && hint.split(".").length !== 3) ctx.status = 500;
    },
  },
];
