/** The clients: what their metadata may say beyond the library's rules, and the ones that are there from the start. */

import type Provider from "oidc-provider";
import { type ClientMetadata, type Configuration, errors, type ResponseType } from "oidc-provider";
import { ConfigError } from "#lib/config/env.ts";
import type { OpConfig } from "#lib/config/op-config.ts";
import { CLIENT_ID_RULE, isClientId } from "./client-id.ts";
import type { OpStore } from "./store/op-store.ts";

export const RESPONSE_TYPES: ResponseType[] = [
  "code",
  "id_token",
  "id_token token",
  "code id_token",
  "code token",
  "code id_token token",
];

/** Client metadata of our own, and library properties that we rewrite before the library checks them. */
export const extraClientMetadata: NonNullable<Configuration["extraClientMetadata"]> = {
  properties: [
    "redirect_uris",
    "post_logout_redirect_uris",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
  ],
  validator: (_ctx, name, value, metadata) => {
    if (name === "redirect_uris") expandCallbacks(metadata);
    else if (name === "post_logout_redirect_uris") metadata.post_logout_redirect_uris = expanded(value);
    else if (value !== undefined) checkFrontchannelMetadata(name, value, metadata);
  },
};

type Metadata = Parameters<NonNullable<NonNullable<Configuration["extraClientMetadata"]>["validator"]>>[3];

/** WSO2 IS has one list for callbacks and post-logout URIs, so a `regexp=` callback serves as both. */
function expandCallbacks(metadata: Metadata): void {
  const uris = expanded(metadata.redirect_uris);
  const asAtWso2 =
    uris?.length !== metadata.redirect_uris?.length && !metadata.post_logout_redirect_uris?.length;
  metadata.redirect_uris = uris;
  if (asAtWso2) metadata.post_logout_redirect_uris = uris;
}

const ALTERNATIVES = /^regexp=\(?(.*?)\)?$/;

/** Replaces `regexp=(a|b)` by its alternatives; other lists and values are left for the library to judge. */
function expanded(uris: unknown): string[] | undefined {
  if (!Array.isArray(uris)) return uris as undefined;
  return uris.flatMap((uri: unknown) => {
    const alternatives = typeof uri === "string" ? ALTERNATIVES.exec(uri)?.[1] : undefined;
    return alternatives === undefined ? [uri as string] : alternatives.split("|").map(literal);
  });
}

/** A regular expression would be matched against what an attacker sends; a list of URLs is all that is needed. */
function literal(pattern: string): string {
  const uri = pattern.replace(/\\([./?-])/g, "$1");
  if (URL.canParse(uri) && !/[*+()[\]{}^$\\]/.test(uri)) return uri;
  throw new errors.InvalidClientMetadata(
    "a regexp= callback must be a list of URLs: regexp=(http://one|http://two)",
  );
}

/** FCL 2. The redirect URIs come first among the properties, so they have been expanded here. */
function checkFrontchannelMetadata(name: string, value: unknown, metadata: Metadata): void {
  if (name === "frontchannel_logout_uri") checkFrontchannelUri(value, metadata.redirect_uris);
  else if (typeof value !== "boolean") throw new errors.InvalidClientMetadata(`${name} must be a boolean`);
}

function checkFrontchannelUri(value: unknown, redirectUris: unknown): void {
  const uri = typeof value === "string" && /^https?:\/\/[^#\s]+$/i.test(value) ? URL.parse(value) : null;
  if (!uri) {
    throw new errors.InvalidClientMetadata("frontchannel_logout_uri must be a web uri without a fragment");
  }
  const callbacks: unknown[] = Array.isArray(redirectUris) ? redirectUris : [];
  if (!callbacks.some((callback) => URL.parse(String(callback))?.origin === uri.origin)) {
    throw new errors.InvalidClientMetadata(
      "frontchannel_logout_uri must have the scheme, host and port of a redirect_uri",
    );
  }
}

/** The library refuses http callbacks for implicit flows, which is what the tutorial has (OIDC Registration 2,
 * `application_type`: "web" clients must use https). */
export function allowHttpCallbacks(provider: Provider): void {
  // The schema of client metadata is the library's own recipe for this, and missing in its types.
  type Schema = { prototype: { invalidate(message: string, code?: string): void } };
  const schema = (provider.Client as unknown as { Schema: Schema }).Schema.prototype;
  const invalidate = schema.invalidate;
  schema.invalidate = function (message, code) {
    if (code === "implicit-force-https" || code === "implicit-forbid-localhost") return;
    invalidate.call(this, message, code);
  };
}

/** RIL 3: the address after logout must be one of the registered ones, exactly. For native clients the library leaves
 * the port open as it does for their callbacks, where RFC 8252 7.3 asks for it. */
export function exactPostLogoutUris(provider: Provider): void {
  provider.Client.prototype.postLogoutRedirectUriAllowed = function (uri) {
    return this.postLogoutRedirectUris?.includes(uri) ?? false;
  };
}

/** Registers the playground's apps anew at each start. Through the store: the library's `clients` option would make
 * them unchangeable. */
export async function seedClients(
  provider: Provider,
  store: OpStore,
  apps: OpConfig["OP_APPS"],
): Promise<void> {
  for (const metadata of apps.flatMap(clientsOf)) {
    if (!isClientId(metadata.client_id)) {
      throw new ConfigError(`OP_APPS: the name ${metadata.client_id} must be ${CLIENT_ID_RULE}`);
    }
    await provider.Client.validate(metadata);
    store.upsert("Client", metadata.client_id, metadata);
  }
}

/** Of each app a confidential and a public client, so that a tutorial can be followed with either. */
function clientsOf({ name, secret, baseUrls }: OpConfig["OP_APPS"][number]): ClientMetadata[] {
  const shared = {
    client_name: name,
    response_types: RESPONSE_TYPES,
    redirect_uris: baseUrls.map((base) => `${base}/oauth2client`),
    post_logout_redirect_uris: baseUrls.map((base) => `${base}/logout`),
    backchannel_logout_uri: `${baseUrls[0]}/bclogout`,
    backchannel_logout_session_required: true,
    frontchannel_logout_uri: `${baseUrls[0]}/fclogout`,
    frontchannel_logout_session_required: true,
  };
  const grants = ["authorization_code", "implicit", "refresh_token", "password"];
  return [
    { ...shared, client_id: name, client_secret: secret, grant_types: [...grants, "client_credentials"] },
    // RFC 6749 4.4: the client credentials grant is for confidential clients only.
    { ...shared, client_id: `${name}-public`, token_endpoint_auth_method: "none", grant_types: grants },
  ];
}
