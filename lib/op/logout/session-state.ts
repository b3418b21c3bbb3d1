/** `session_state` of OpenID Connect Session Management 1.0; `public/assets/op/op-iframe.js` computes the same. */
import { createHash } from "node:crypto";

/** SM 3.2: the hash over client, origin of its page and OP browser state, salted, with the salt behind it.
 * @param opBrowserState undefined while nobody is signed in */
export function sessionState(
  clientId: string,
  origin: string,
  opBrowserState: string | undefined,
  salt: string,
): string {
  const hash = createHash("sha256").update(`${clientId} ${origin} ${opBrowserState ?? "null"} ${salt}`);
  return `${hash.digest("base64url")}.${salt}`;
}
