/** Client metadata as products' own APIs need it. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";

/** What a product's API creates or updates a client from. */
export interface ClientRecord {
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string | undefined;
  /** For people who follow the tutorial, not for an automated run: the OP asks for consent. */
  forTutorial: boolean;
}

/** Fields that every product's API has a setting for. */
const usualFields = [
  "client_name",
  "redirect_uris",
  "post_logout_redirect_uris",
  "grant_types",
  "response_types",
  "token_endpoint_auth_method",
  "backchannel_logout_uri",
  "backchannel_logout_session_required",
  "frontchannel_logout_uri",
  "frontchannel_logout_session_required",
];

/** The fields that a product's API has no setting for.
 * @param more fields besides the usual ones that it has a setting for */
export const unsupportedFields = (metadata: ClientMetadata, ...more: string[]): string[] =>
  Object.keys(metadata).filter((field) => !usualFields.includes(field) && !more.includes(field));

/** The values of a list field; empty if it is absent. */
export const listIn = (metadata: ClientMetadata, field: string): string[] =>
  [metadata[field] ?? []].flat().map(String);

/** `redirect_uris` and `post_logout_redirect_uris`. */
export const allRedirectUris = (metadata: ClientMetadata): string[] => [
  ...listIn(metadata, "redirect_uris"),
  ...listIn(metadata, "post_logout_redirect_uris"),
];

/** The origins of the redirect URIs, each once. */
export const originsOf = (metadata: ClientMetadata): string[] => [
  ...new Set(listIn(metadata, "redirect_uris").map((uri) => new URL(uri).origin)),
];

/** Whether the metadata is of a public client (Registration 2). */
export const isPublic = (metadata: ClientMetadata): boolean => metadata.token_endpoint_auth_method === "none";

/** A name or ID that no earlier run has used. */
export const fresh = (name: string): string => `${name}-${crypto.randomUUID().slice(0, 8)}`;
