/** next-auth's cookie names a session on every endpoint, not only on next-auth's own. */
import "server-only";
import { registeredSessionId } from "#lib/next-auth/cookies.ts";
import { canonicalBaseUrl, type RelyingParty } from "#lib/rp/relying-party.ts";
import { parseCookies } from "#lib/rp/session/session-cookie.ts";

/** The RP session that next-auth's cookie names. */
export const nextAuthSessionId = (
  cookieHeader: string | null,
  rp: RelyingParty,
): Promise<string | undefined> =>
  registeredSessionId(
    Object.fromEntries(parseCookies(cookieHeader)),
    canonicalBaseUrl(rp),
    rp.config.RP_SECRET,
  );
