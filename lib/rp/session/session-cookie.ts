/** The session cookie: iron-session seals a random session id and nothing else. */
import { sealData, unsealData } from "iron-session";
import type { RpSession } from "../model.ts";
import { canonicalBaseUrl, type RelyingParty } from "../relying-party.ts";
import { lifetime } from "../store.ts";

/** 24 random bytes, base64url. */
export const newSessionId = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");

/** @returns name of a cookie of this instance. Cookies ignore ports, so it includes the app's name and the port of its
 * default address: another playground on this host has an app of the same name */
export const cookieName = (rp: RelyingParty, purpose: string): string =>
  [rp.config.RP_NAME, purpose, new URL(canonicalBaseUrl(rp)).port].filter(Boolean).join(".");

/** The RP session of this browser, by either cookie: one with a login first, then the app's own. */
export async function readSession(
  cookieHeader: string | null,
  rp: RelyingParty,
): Promise<RpSession | undefined> {
  const own = await ownSession(cookieHeader, rp);
  if (own?.login) return own;
  const otherId = await rp.otherSessionId(cookieHeader);
  const other = otherId && (await rp.store.readSession(otherId, rp.now()));
  return other && (other.login || !own) ? other : own;
}

/** The RP session that the app's own cookie names; undefined without a cookie, or for an unknown or forged one. */
async function ownSession(cookieHeader: string | null, rp: RelyingParty): Promise<RpSession | undefined> {
  const sealed = readCookie(cookieHeader, cookieName(rp, "session"));
  if (!sealed) return undefined;
  // A cookie that this secret did not seal counts as none.
  const content = await unsealData<{ sessionId?: unknown }>(sealed, {
    password: rp.config.RP_SECRET,
    ttl: 0,
  }).catch(() => undefined);
  return typeof content?.sessionId === "string"
    ? rp.store.readSession(content.sessionId, rp.now())
    : undefined;
}

/** The `Set-Cookie` that gives the browser this session. */
export async function sessionCookie(sessionId: string, base: string, rp: RelyingParty): Promise<string> {
  const sealed = await sealData({ sessionId }, { password: rp.config.RP_SECRET, ttl: 0 });
  return setCookie(cookieName(rp, "session"), sealed, base, { maxAge: lifetime.session / 1000 });
}

/** A `Set-Cookie` header for this instance: its path, http only, secure where the app is on https.
 * @param maxAge in seconds; 0 removes the cookie */
export function setCookie(name: string, value: string, base: string, { maxAge }: { maxAge: number }): string {
  const { protocol, pathname } = new URL(base);
  const attributes = [`Path=${pathname}`, `Max-Age=${maxAge}`, "HttpOnly", "SameSite=Lax"];
  if (protocol === "https:") attributes.push("Secure");
  return [`${name}=${value}`, ...attributes].join("; ");
}

/** The cookies of a Cookie header, in its order. */
export const parseCookies = (cookieHeader: string | null): [name: string, value: string][] =>
  (cookieHeader ?? "").split(";").map((part) => {
    const [name = "", ...value] = part.trim().split("=");
    return [name, value.join("=")];
  });

/** The value of the first cookie with this name. */
export const readCookie = (cookieHeader: string | null, name: string): string | undefined =>
  parseCookies(cookieHeader).find(([key]) => key === name)?.[1];
