/** `session_state` of OpenID Connect Session Management 1.0; `public/assets/op/op-iframe.js` computes the same. */
import { createHash } from "node:crypto";

/** SM 3.2: the salted hash of client_id, origin and OP browser state, followed by the salt.
 * @param opBrowserState undefined if no user is signed in */
export function sessionState(
  clientId: string,
  origin: string,
  opBrowserState: string | undefined,
  salt: string,
): string {
  const hash = createHash("sha256").update(`${clientId} ${origin} ${opBrowserState ?? "null"} ${salt}`);
  return `${hash.digest("base64url")}.${salt}`;
}
