/** Faults of the `id_token_hint`: hints that the OP accepts or rejects wrongly. */
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
import { endpointPaths } from "../paths.ts";
import type { Fault } from "./fault.ts";

interface Hint {
  jwt: string;
  header: ProtectedHeaderParameters;
  claims: JWTPayload;
}

/** Accepts hints for which this holds without further checks; the others are validated as usual. */
function accepting(isAccepted: (hint: Hint, op: OpenIdProvider) => boolean | Promise<boolean>) {
  return (op: OpenIdProvider): void => {
    const idToken = op.provider.IdToken as unknown as HintValidation;
    const validate = idToken.validate;
    idToken.validate = async (jwt, client) => {
      const hint = { jwt, header: decodeProtectedHeader(jwt), claims: decodeJwt(jwt) };
      return (await isAccepted(hint, op)) ? hint : validate.call(idToken, jwt, client);
    };
  };
}

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
    does: "A hint with alg none needs no signature.",
    check: "R-15",
    install: accepting(isNone),
  },
  {
    ...common,
    name: "hint-signature-unverified",
    does: "The signature of a hint is not verified as long as its issuer and audience are right.",
    check: "R-16",
    install: accepting(
      (hint, op) => !isNone(hint) && hint.header.alg === "RS256" && hint.claims.iss === op.issuer,
    ),
  },
  {
    ...common,
    name: "hint-key-id-believed",
    does: "A hint needs no signature if its kid names a key of the OP.",
    check: "R-17",
    install: accepting(
      ({ header: { alg, kid }, claims }, op) =>
        alg === "RS256" && claims.iss === op.issuer && op.keys.jwks.keys.some((key) => key.kid === kid),
    ),
  },
  {
    ...common,
    name: "hint-of-another-issuer",
    does: "An ID Token of any other issuer is accepted as a hint.",
    check: "R-18",
    install: accepting((hint, op) => !isNone(hint) && hint.claims.iss !== op.issuer),
  },
  {
    ...common,
    name: "hint-signed-with-public-key",
    does: "A hint may be signed with HMAC and the OP's public key as the secret: everyone has that key.",
    clause: "RFC 8725 2.1",
    check: "R-19",
    install: accepting(({ jwt, header }, op) => {
      const key = op.keys.jwks.keys.find(({ alg }) => alg === "RS256") as JsonWebKey;
      const pem = createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
      return header.alg === "HS256" && verifies(compactVerify(jwt, new TextEncoder().encode(pem)));
    }),
  },
  {
    ...common,
    name: "other-tokens-as-hint",
    does: "Anything the OP has signed is accepted as a hint, even a logout token.",
    clause: "RFC 8725 3.12",
    check: "R-20",
    install: accepting(({ jwt }, op) => verifies(compactVerify(jwt, createLocalJWKSet(publicKeys(op))))),
  },
  {
    ...common,
    name: "userinfo-as-hint",
    does: "A signed UserInfo response is accepted as a hint: it has the issuer, audience and subject of an ID Token.",
    clause: "RFC 8725 3.12",
    check: "R-20",
    install: accepting(
      ({ jwt, claims: { sub, sid } }, op) =>
        sub !== undefined &&
        sid === undefined &&
        verifies(compactVerify(jwt, createLocalJWKSet(publicKeys(op)))),
    ),
  },
  {
    ...common,
    name: "hint-signed-with-secret-refused",
    does: "A hint signed with the client's secret is an error, although the OP signed the ID Token that way.",
    check: "R-37",
    install: accepting(({ header: { alg } }) => {
      if (alg === "HS256") throw new errors.InvalidRequest("id_token_hint is not signed by this OP");
      return false;
    }),
  },
  {
    ...common,
    name: "expired-hint-refused",
    does: "An expired hint is an error, so a user who was away for a while cannot log out.",
    check: "R-21",
    verdict: "warn",
    install: accepting(({ claims: { exp = 0 } }) => {
      if (exp * 1000 < Date.now()) throw new errors.InvalidRequest("id_token_hint has expired");
      return false;
    }),
  },
  {
    ...common,
    name: "client-of-hint-unchecked",
    does: "A client_id that differs from the audience of the hint is ignored.",
    check: "R-14",
    around: async (_op, ctx, next) => {
      if (ctx.path === endpointPaths.end_session && ctx.query.id_token_hint) {
        const { client_id: _, ...query } = ctx.query;
        ctx.query = query;
      }
      await next();
    },
  },
  {
    ...common,
    name: "garbage-hint-crashes",
    does: "A hint that is not a JWT makes the OP fail with HTTP 500.",
    clause: "RIL 4",
    check: "R-23",
    verdict: "warn",
    around: async (_op, ctx, next) => {
      const hint = ctx.path === endpointPaths.end_session ? ctx.query.id_token_hint : undefined;
      await next();
      if (typeof hint === "string" && hint.split(".").length !== 3) ctx.status = 500;
    },
  },
];
