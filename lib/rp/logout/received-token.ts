/** Logout tokens as the app received them: what is kept of them, and which browsers are shown it. */
import { decodeJwt, decodeProtectedHeader } from "jose";
import { isLoopback } from "#lib/net/loopback.ts";
import type { ReceivedToken } from "../events.ts";
import type { EndedSession, RpSession } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";

/** In characters: anyone may send long ones. */
const longestKept = 8 * 1024;

/** What is kept.
 * @param signed what was encrypted in it, or the token itself */
export const receivedToken = (token: string, signed = token): ReceivedToken =>
  token.length > longestKept ? {} : { token, ...(signed !== token ? { signed } : {}) };

export interface ShownToken {
  raw: string;
  /** What was encrypted in it. */
  signed?: string;
  /** Absent if it cannot be decoded. */
  decoded?: { header: Record<string, unknown>; claims: Record<string, unknown> };
}

/** What this browser is shown: the token; or `private`, where it names another user; or `long`.
 *
 * An app that answers on this machine alone shows it to every browser, any other only to the one whose session it names:
 * anyone who knows a `sid` can end its session by front-channel logout.
 * @param ended the sessions that it ended */
export function shownToken(
  { token, signed }: ReceivedToken,
  ended: readonly EndedSession[],
  session: RpSession | undefined,
  rp: RelyingParty,
): ShownToken | "private" | "long" {
  if (token === undefined) return "long";
  const decoded = decode(signed ?? token);
  const own =
    session &&
    (ended.some(({ sessionId }) => sessionId === session.sessionId) ||
      names(decoded?.claims ?? {}, session.login));
  if (!own && !isOnThisMachine(rp)) return "private";
  return { raw: token, ...(signed ? { signed } : {}), ...(decoded ? { decoded } : {}) };
}

const isOnThisMachine = ({ config }: RelyingParty): boolean =>
  config.RP_BASE_URLS.every((url) => isLoopback(new URL(url).hostname));

function names({ iss, sid, sub }: Record<string, unknown>, login: RpSession["login"]): boolean {
  if (!login || iss !== login.iss) return false;
  return sub === login.sub || (sid !== undefined && sid === login.sid);
}

function decode(token: string): ShownToken["decoded"] {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}
