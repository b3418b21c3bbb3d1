/** Client metadata beyond the library's rules. */
import { type Configuration, errors } from "oidc-provider";
import { nestsDeeper } from "#lib/net/foreign-text.ts";
import { isWebUrl } from "#lib/net/web-url.ts";
import { refuseRsa15 } from "./encryption.ts";
import { checkTokenType, tokenTypeField } from "./jwt-access-tokens.ts";

/** Whether to log out without asking the user if this client's hint is from the current session. WSO2 IS has the same
 * application setting. */
export const skipLogoutConsentField = "skip_logout_consent";

/** Seconds from `iat` to `exp` in the ID Tokens of this client: a short lifetime makes it possible to try a logout with
 * an expired hint (RIL 2). */
const idTokenLifetimeField = "id_token_lifetime";

const defaultIdTokenLifetime = 3600;
const maxIdTokenLifetime = 24 * 3600;

/** The library's `ttl` of ID Tokens, in seconds. */
export const idTokenLifetime = (
  _ctx: unknown,
  _token: unknown,
  client: { metadata(): Record<string, unknown> },
): number => (client.metadata()[idTokenLifetimeField] as number | undefined) ?? defaultIdTokenLifetime;

/** Our own client metadata, and properties that we rewrite before the library checks them. */
export const extraClientMetadata: NonNullable<Configuration["extraClientMetadata"]> = {
  properties: [
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "id_token_encrypted_response_alg",
    "id_token_signed_response_alg",
    skipLogoutConsentField,
    idTokenLifetimeField,
    tokenTypeField,
  ],
  validator: (_ctx, name, value, metadata) => {
    if (name === "redirect_uris") {
      for (const [member, given] of Object.entries(metadata)) checkForm(member, given);
      expandCallbacks(metadata);
    } else if (name === "post_logout_redirect_uris") metadata.post_logout_redirect_uris = expanded(value);
    else if (name === "id_token_encrypted_response_alg") refuseRsa15(value);
    else if (name === "id_token_signed_response_alg") checkSecret(value, metadata.client_secret);
    else if (value === undefined) return;
    else if (name === "backchannel_logout_uri") checkBackchannelUri(value);
    else if (name === "frontchannel_logout_uri") checkFrontchannelUri(value, metadata.redirect_uris);
    else if (name === idTokenLifetimeField) checkLifetime(value);
    else if (name === tokenTypeField) checkTokenType(value);
    else if (typeof value !== "boolean") {
      throw new errors.InvalidClientMetadata(`${name} must be a boolean`);
    }
  },
};

/** A key set holds keys with lists. */
const keySetLevels = 4;

/** RFC 7591 2: text, a boolean, a number or a list of these; only `jwks` is an object. Some of the library's checks of a
 * member convert it to text, which fails for some objects. The redirect URIs come first among the properties, so this
 * runs before all other checks. */
function checkForm(member: string, value: unknown): void {
  if (member === skipLogoutConsentField || member === idTokenLifetimeField) return; // checked by their type
  const isKeySet = member === "jwks";
  const isPlain =
    typeof value !== "object" || value === null || (Array.isArray(value) && !nestsDeeper(value, 1));
  if (isPlain || (isKeySet && !nestsDeeper(value, keySetLevels))) return;
  const expected = isKeySet ? "a JWK Set" : "text, a number, a boolean or a list of these";
  throw new errors.InvalidClientMetadata(`${member} must be ${expected}`);
}

/** Minimum bytes of a secret for HS256 (OIDC Core 16.19, RFC 7518 3.2). */
const minSecretBytes = 32;

function checkSecret(alg: unknown, secret: unknown): void {
  if (alg !== "HS256" || typeof secret !== "string" || Buffer.byteLength(secret) >= minSecretBytes) return;
  throw new errors.InvalidClientMetadata(
    `client_secret must have at least ${minSecretBytes} bytes to sign ID Tokens with HS256`,
  );
}

function checkLifetime(seconds: unknown): void {
  if (Number.isInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= maxIdTokenLifetime) return;
  throw new errors.InvalidClientMetadata(
    `${idTokenLifetimeField} must be a whole number of seconds from 1 to ${maxIdTokenLifetime}`,
  );
}

type Metadata = Parameters<NonNullable<NonNullable<Configuration["extraClientMetadata"]>["validator"]>>[3];

/** WSO2 IS has one list for callbacks and post-logout URIs, so a `regexp=` callback applies to both. */
function expandCallbacks(metadata: Metadata): void {
  const uris = expanded(metadata.redirect_uris);
  const asAtWso2 =
    uris?.length !== metadata.redirect_uris?.length && !metadata.post_logout_redirect_uris?.length;
  metadata.redirect_uris = uris;
  if (asAtWso2) metadata.post_logout_redirect_uris = uris;
}

const alternativesPattern = /^regexp=\(?(.*?)\)?$/;

/** Replaces `regexp=(a|b)` by its alternatives; the library checks all other values. */
function expanded(uris: unknown): string[] | undefined {
  if (!Array.isArray(uris)) return uris as undefined;
  return uris.flatMap((uri: unknown) => {
    const alternatives = typeof uri === "string" ? alternativesPattern.exec(uri)?.[1] : undefined;
    return alternatives === undefined ? [uri as string] : alternatives.split("|").map(literal);
  });
}

/** Accepts plain URLs only: a regular expression would be matched against attacker-controlled input. */
function literal(pattern: string): string {
  const uri = pattern.replace(/\\([./?-])/g, "$1");
  if (URL.canParse(uri) && !/[*+()[\]{}^$\\]/.test(uri)) return uri;
  throw new errors.InvalidClientMetadata(
    "a regexp= callback must be a list of URLs: regexp=(http://one|http://two)",
  );
}

/** BCL 2.2. The library checks that it is absolute. */
function checkBackchannelUri(value: unknown): void {
  if (typeof value !== "string" || !value.includes("#")) return; // the library refuses what is not text
  throw new errors.InvalidClientMetadata("backchannel_logout_uri must have no fragment");
}

/** FCL 2. The redirect URIs come first among the properties, so they are already expanded. */
function checkFrontchannelUri(value: unknown, redirectUris: unknown): void {
  const uri = isWebUrl(value) && /^https?:\/\/[^#\s]+$/i.test(value) ? URL.parse(value) : null;
  if (!uri) {
    throw new errors.InvalidClientMetadata("frontchannel_logout_uri must be a web uri without a fragment");
  }
  const callbacks: unknown[] = Array.isArray(redirectUris) ? redirectUris : [];
  const origins = callbacks.map((callback) =>
    typeof callback === "string" ? URL.parse(callback)?.origin : null,
  );
  if (!origins.includes(uri.origin)) {
    throw new errors.InvalidClientMetadata(
      "frontchannel_logout_uri must have the scheme, host and port of a redirect_uri",
    );
  }
}
