/** Access tokens as JWTs (RFC 9068), for clients that read them, such as keycloak-js. */
import {
  createLocalJWKSet,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";
import { errors } from "oidc-provider";
import type { OpenIdProvider } from "./open-id-provider.ts";
import { type SubjectOfClient, subjectAt } from "./subject.ts";

/** Client metadata, as at WSO2 IS. */
export const tokenTypeField = "token_type_extension";
/** WSO2 IS calls opaque access tokens `Default`. */
const tokenTypes = ["Default", "JWT"];

export function checkTokenType(value: unknown): void {
  if (tokenTypes.some((known) => known === value)) return;
  throw new errors.InvalidClientMetadata(`${tokenTypeField} must be ${tokenTypes.join(" or ")}`);
}

const type = "at+jwt"; // RFC 9068 2.1

/** What the library's types do not list of its tokens. */
type Stored = { value: string; payload: JWTPayload & { accountId?: string } };
interface Token {
  clientId: string;
  client?: SubjectOfClient & { metadata(): Record<string, unknown> };
  getValueAndPayload(): Promise<Stored>;
}
interface TokenClass {
  prototype: Token;
  find(value: unknown, options?: object): Promise<unknown>;
}

/** The library issues JWTs only for other resource servers, and then not for UserInfo. Here the JWT is another form of
 * an opaque token, its `jti`: it is good at UserInfo until its session ends. */
export function issueJwtAccessTokens(op: OpenIdProvider): void {
  const { AccessToken, ClientCredentials } = op.provider;
  const opaque = opaqueForm(op);
  for (const each of [AccessToken, ClientCredentials] as unknown as TokenClass[]) {
    const { find } = each;
    const { getValueAndPayload } = each.prototype;
    each.prototype.getValueAndPayload = async function () {
      const stored = await getValueAndPayload.call(this);
      const isJwt = this.client?.metadata()[tokenTypeField] === "JWT";
      return isJwt ? { ...stored, value: await signed(op, this, stored) } : stored;
    };
    each.find = async function (value, options) {
      return find.call(this, await opaque(value), options);
    };
  }
}

/** The claims of RFC 9068 2.2; the audience is this OP's UserInfo. */
async function signed(op: OpenIdProvider, token: Token, { payload }: Stored): Promise<string> {
  const { clientId, client = {} } = token;
  const { accountId, jti, iat, exp, scope } = payload;
  const sub = accountId ? subjectAt(op.keys, client, accountId) : clientId;
  const [key] = op.keys.jwks.keys as SigningKey[];
  if (!key) throw new Error("the OP has no signing key");
  const claims = { iss: op.issuer, sub, aud: op.issuer, client_id: clientId, jti, iat, exp, scope };
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: type })
    .sign(await importJWK(key));
}

type SigningKey = JWK & { kid: string; alg: string };

/** @returns a function that replaces a JWT that this OP has signed by its identifier, and another JWT by undefined */
function opaqueForm({ issuer, keys }: OpenIdProvider): (value: unknown) => Promise<unknown> {
  const published = (keys.jwks.keys as JWK[]).map(({ d, p, q, dp, dq, qi, ...key }) => key);
  const jwks = createLocalJWKSet({ keys: published as JSONWebKeySet["keys"] });
  return async (value) => {
    if (typeof value !== "string" || value.split(".").length !== 3) return value;
    const token = await jwtVerify(value, jwks, { issuer, audience: issuer, typ: type }).catch(
      () => undefined,
    );
    return token?.payload.jti;
  };
}
