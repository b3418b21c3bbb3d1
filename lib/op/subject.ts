/** The subject identifier of a user at a client (OIDC Core 8). */
import { createHmac } from "node:crypto";
import type { OpKeys } from "./keys.ts";

export interface SubjectOfClient {
  subjectType?: string | undefined;
  /** Host of its redirect URIs, or of its `sector_identifier_uri`; missing in the library's types. */
  sectorIdentifier?: string | undefined;
}

/** The `sub` of this client's tokens. With a pairwise one, apps on different hosts cannot tell that they have the same
 * user, and without the salt it cannot be computed from a username (Core 8.1). */
export function subjectAt(keys: OpKeys, client: SubjectOfClient, accountId: string): string {
  if (client.subjectType !== "pairwise") return accountId;
  return createHmac("sha256", keys.subjectSalt)
    .update(`${client.sectorIdentifier} ${accountId}`)
    .digest("base64url");
}
