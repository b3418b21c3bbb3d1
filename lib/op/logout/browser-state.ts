/** The OP browser state (SM 3.2): a cookie for the script of the OP iframe that only shows whether the login is still
 * the same. It is derived from the session, so nothing is stored and a restart does not change it. */
import { createHmac } from "node:crypto";
import type { OpKeys } from "../keys.ts";
import { type Context, cookieName, type OpenIdProvider, siteAttributes } from "../open-id-provider.ts";

/** The cookie's name; at WSO2 IS it has no port. The script of the OP iframe knows it too. */
export const opbsCookie = (op: Pick<OpenIdProvider, "origin">): string => cookieName(op, "opbs");

interface Login {
  uid?: string | undefined;
  accountId?: string | undefined;
  loginTs?: number | undefined;
}

/** Changes only with the login; undefined if no user is signed in. */
export function opBrowserState(keys: OpKeys, { uid, accountId, loginTs }: Login): string | undefined {
  if (!accountId) return undefined;
  return createHmac("sha256", keys.browserStateKey)
    .update(`${uid} ${accountId} ${loginTs}`)
    .digest("base64url");
}

/** Sets the cookie for this browser's session as it is stored now, or deletes it. */
export function showBrowserState(op: OpenIdProvider, ctx: Context, { jti }: { jti: string }): void {
  const session = op.store.find("Session", jti);
  const value = session && opBrowserState(op.keys, session);
  if (!value && isCookieWithheld(op, ctx)) return;
  ctx.cookies.set(opbsCookie(op), value ?? null, {
    httpOnly: false,
    signed: false,
    overwrite: true,
    path: "/",
    ...siteAttributes(op),
    ...(value && session?.exp && { expires: new Date(session.exp * 1000) }),
  });
}

/** In a frame on another site's page the browser withholds the session cookie, which does not mean a logout. */
function isCookieWithheld(op: OpenIdProvider, ctx: Context): boolean {
  const framed = ctx.get("Sec-Fetch-Site") === "cross-site" && ctx.get("Sec-Fetch-Dest") === "iframe";
  return framed && !ctx.cookies.get(op.provider.cookieName("session"), { signed: false });
}
