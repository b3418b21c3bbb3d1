/** The logout tokens that a probe has received, read without judging them. */
import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from "jose";
import { shortenedToken } from "../evidence/evidence.ts";
import { shownAddress } from "../evidence/redaction.ts";
import type { Trial } from "../run/trial.ts";
import type { Recorded } from "./recorder.ts";
import type { RelyingParty } from "./relying-party.ts";

export interface ReceivedLogoutToken {
  rp: RelyingParty;
  recorded: Recorded;
  raw: string;
  /** Empty where the token is no JWT. */
  header: ProtectedHeaderParameters;
  claims: JWTPayload & { sid?: string; events?: unknown; nonce?: unknown };
}

/** Longest wait for a delivery after the logout, in milliseconds. */
export const deliveryPatience = 10_000;

/** A logout token, and the request that brought it, as evidence shows them.
 * @param from when the logout was asked for, on the clock of the recorders; the latest request of the check where absent */
export function noteToken(
  trial: Trial,
  { rp, recorded, raw, header, claims }: ReceivedLogoutToken,
  from = trial.requestedAt,
): void {
  const { at, method, url, headers } = recorded;
  trial.note(`logout token at ${rp.name}`, {
    request: `${method} ${shownAddress(url)}`,
    "content-type": headers["content-type"] ?? "none",
    arrived: new Date(performance.timeOrigin + at).toISOString(),
    ...(from === undefined ? {} : { ms_after_logout_request: Math.round(at - from) }),
    ...{ token: shortenedToken(raw), header, claims },
  });
}

/** All logout tokens that have come to a probe since then, without waiting. */
export const tokensSince = (rp: RelyingParty, from: number): ReceivedLogoutToken[] =>
  rp.recorder.since(from, "back-channel").map((recorded) => readToken(rp, recorded));

/** The token in a request to the back-channel logout URI. */
export const readToken = (rp: RelyingParty, recorded: Recorded): ReceivedLogoutToken =>
  readRaw({ rp, recorded }, recorded.form.get("logout_token") ?? "");

/** The same of what such a request brought, for example inside an encrypted token. */
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
