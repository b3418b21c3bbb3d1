/** What a user is called at a client (OIDC Core 8). */
import { createHmac } from "node:crypto";
import type { OpKeys } from "./keys.ts";

interface SubjectOfClient {
  subjectType?: string | undefined;
  /** Host of its redirect URIs, or of its `sector_identifier_uri`; missing in the library's types. */
  sectorIdentifier?: string | undefined;
}

/** The `sub` of this client's tokens. A pairwise one tells two apps of different hosts nothing of their having the same
 * user, and without the salt nobody can compute it from a username (Core 8.1). */
export function subjectAt(keys: OpKeys, client: SubjectOfClient, accountId: string): string {
  if (client.subjectType !== "pairwise") return accountId;
  return createHmac("sha256", keys.subjectSalt)
    .update(`${client.sectorIdentifier} ${accountId}`)
    .digest("base64url");
}
