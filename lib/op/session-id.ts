/** One `sid` per session of the OP, shared by all its Relying Parties, as WSO2 IS has it. The library makes one per
 * Relying Party, and leaves it out of ID Tokens of clients without back-channel logout. */
import { createHash } from "node:crypto";
import type Provider from "oidc-provider";

/** Derived from the session, so that parallel requests agree on it; the `uid` itself stays inside the OP. */
const sidOf = (uid: string): string =>
  createHash("sha256").update(`sid ${uid}`).digest("base64url").slice(0, 32);

/** Puts the sid into the sessions, and into every ID Token of a browser login. */
export function shareSid(provider: Provider): void {
  provider.Session.prototype.ensureClientContainer = function (clientId) {
    if (!this.sidFor(clientId)) this.sidFor(clientId, sidOf(this.uid));
  };
  provider.Client.prototype.includeSid = () => true;
}
