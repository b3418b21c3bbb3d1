/** Logout tokens that probes have received: read, matched to sessions and awaited, but not judged. */
import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from "jose";
import type { CheckReport } from "../evidence/check-report.ts";
import { shortenedToken } from "../evidence/evidence.ts";
import { redactedAddress } from "../evidence/redaction.ts";
import type { Recorded } from "./recorder.ts";
import type { RelyingParty, SignIn } from "./relying-party.ts";

export interface ReceivedLogoutToken {
  rp: RelyingParty;
  recorded: Recorded;
  raw: string;
  /** Empty if the token is not a JWT. */
  header: ProtectedHeaderParameters;
  claims: JWTPayload & { sid?: string; events?: unknown; nonce?: unknown };
}

/** Longest wait for a delivery after the logout, in milliseconds. */
export const deliveryPatience = 10_000;

/** Notes a logout token and the request that delivered it.
 * @param from when the logout was requested, on the clock of the recorders; default: the latest noted request */
export function noteToken(
  report: Pick<CheckReport, "note" | "requestedAt">,
  { rp, recorded, raw, header, claims }: ReceivedLogoutToken,
  from = report.requestedAt,
): void {
  const { at, method, url, headers } = recorded;
  report.note(`logout token at ${rp.name}`, {
    request: `${method} ${redactedAddress(url)}`,
    "content-type": headers["content-type"] ?? "none",
    arrived: new Date(performance.timeOrigin + at).toISOString(),
    // A token of an earlier check came before the request.
    ...(from !== undefined && at >= from && { ms_after_logout_request: Math.round(at - from) }),
    ...{ token: shortenedToken(raw), header, claims },
  });
}

/** The token in a request to the back-channel logout URI. */
export const readToken = (rp: RelyingParty, recorded: Recorded): ReceivedLogoutToken =>
  readRaw({ rp, recorded }, recorded.form.get("logout_token") ?? "");

/** Reads a token that such a request delivered, for example inside an encrypted one. */
export function readRaw(
  { rp, recorded }: Pick<ReceivedLogoutToken, "rp" | "recorded">,
  raw: string,
): ReceivedLogoutToken {
  try {
    return { rp, recorded, raw, header: decodeProtectedHeader(raw), claims: decodeJwt(raw) };
  } catch {
    return { rp, recorded, raw, header: {}, claims: {} };
  }
}

/** All logout tokens that a probe has received since then, without waiting. */
export const tokensSince = (rp: RelyingParty, from: number): ReceivedLogoutToken[] =>
  rp.recorder.since(from, "back-channel").map((recorded) => readToken(rp, recorded));

/** Whether a token is about this session: by `sid`, or by `sub` if the token has no `sid`. */
export const isAbout =
  ({ sid, sub }: Pick<SignIn, "sid" | "sub">) =>
  ({ claims }: Pick<ReceivedLogoutToken, "claims">): boolean =>
    claims.sid === undefined ? claims.sub === sub : claims.sid === sid;

/** Whether a token that came after the logout of a session may be the one for it. A token that names something unknown to
 * every ID Token of the probe counts, so that it can be judged; one that names another session, such as a late one, does
 * not. */
export const mayBeAbout =
  (session: Pick<SignIn, "rp" | "sid" | "sub">) =>
  (token: Pick<ReceivedLogoutToken, "claims">): boolean =>
    isAbout(session)(token) || !session.rp.known.some((other) => isAbout(other)(token));

/** The tokens about a session that its probe has received since then, without waiting. */
export const tokensAbout = (session: SignIn, from: number): ReceivedLogoutToken[] =>
  tokensSince(session.rp, from).filter(isAbout(session));

/** Waits for a token about this session other than the known ones.
 * @param timeout in milliseconds */
export async function nextTokenAbout(
  session: SignIn,
  from: number,
  {
    known = [],
    timeout = deliveryPatience,
    fits = isAbout,
  }: { known?: ReceivedLogoutToken[]; timeout?: number; fits?: typeof mayBeAbout } = {},
): Promise<ReceivedLogoutToken | undefined> {
  const old = new Set<Recorded>(known.map(({ recorded }) => recorded));
  const wanted = (recorded: Recorded) =>
    recorded.kind === "back-channel" && !old.has(recorded) && fits(session)(readToken(session.rp, recorded));
  const recorded = await session.rp.recorder.waitFor(wanted, { from, timeout });
  return recorded && readToken(session.rp, recorded);
}
