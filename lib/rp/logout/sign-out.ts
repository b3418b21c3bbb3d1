/** Sign-out with a library that forgets the browser's session at once: the logout at the OP follows it. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { RelyingParty } from "../relying-party.ts";
import { endSession } from "./end-session.ts";
import { requestLogout } from "./logout-request.ts";

/** Ends the session here; its logout request waits for GET /signout, unless the OP is down. */
export async function signOut(sessionId: string, base: string, rp: RelyingParty): Promise<void> {
  const session = await rp.store.readSession(sessionId, rp.now());
  if (!session?.login) return;
  const { login } = session;
  try {
    if (login.endSessionEndpoint)
      await requestLogout(session, login, new URLSearchParams(), base, rp, "later");
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    rp.log.warn({ code: error.code }, error.message);
  }
  await endSession(session, "sign-out", rp);
}
