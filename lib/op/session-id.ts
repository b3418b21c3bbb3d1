/** One `sid` per session of the OP, shared by all its Relying Parties, as at WSO2 IS. The library makes one per
 * Relying Party, and omits it from ID Tokens for clients without back-channel logout. */
import { createHash } from "node:crypto";
import type Provider from "oidc-provider";

/** Derived from the session, so that parallel requests agree on it; the `uid` itself stays inside the OP. */
const sidOf = (uid: string): string =>
  createHash("sha256").update(`sid ${uid}`).digest("base64url").slice(0, 32);

/** Puts the sid into every session and every ID Token of a browser login. */
export function shareSid(provider: Provider): void {
  provider.Session.prototype.ensureClientContainer = function (clientId) {
    if (!this.sidFor(clientId)) this.sidFor(clientId, sidOf(this.uid));
  };
  provider.Client.prototype.includeSid = () => true;
}

/** A sid as shown in logs. */
export const shortSid = (sid: string | undefined): string => (sid ? `${sid.slice(0, 8)}…` : "none");
