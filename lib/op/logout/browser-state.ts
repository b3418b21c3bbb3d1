/** The OP browser state (SM 3.2): a cookie for the script of the OP iframe, which says nothing but "still the same login".
 * It is derived from the session, so that nothing has to be stored and a restart changes nothing. */
import { createHmac } from "node:crypto";
import type { OpKeys } from "../keys.ts";
import { type Context, type OpenIdProvider, siteAttributes } from "../open-id-provider.ts";

/** The name it has at WSO2 IS. */
const COOKIE = "opbs";

interface Login {
  uid?: string | undefined;
  accountId?: string | undefined;
  loginTs?: number | undefined;
}

/** Changes with the login and with nothing else; undefined while nobody is signed in. */
export function opBrowserState(keys: OpKeys, { uid, accountId, loginTs }: Login): string | undefined {
  if (!accountId) return undefined;
  return createHmac("sha256", keys.browserStateKey)
    .update(`${uid} ${accountId} ${loginTs}`)
    .digest("base64url");
}

/** Makes the cookie what it has to be for the session that this browser is in, as it is stored now. */
export function showBrowserState(op: OpenIdProvider, ctx: Context, { jti }: { jti: string }): void {
  const session = op.store.find("Session", jti);
  const value = session && opBrowserState(op.keys, session);
  if (!value && isCookieWithheld(op, ctx)) return;
  ctx.cookies.set(COOKIE, value ?? null, {
    httpOnly: false,
    signed: false,
    overwrite: true,
    path: "/",
    ...siteAttributes(op),
    ...(value && session?.exp && { expires: new Date(session.exp * 1000) }),
  });
}

/** In a frame on a page of another site the browser keeps the session cookie back, which is no sign of a logout. */
function isCookieWithheld(op: OpenIdProvider, ctx: Context): boolean {
  const framed = ctx.get("Sec-Fetch-Site") === "cross-site" && ctx.get("Sec-Fetch-Dest") === "iframe";
  return framed && !ctx.cookies.get(op.provider.cookieName("session"), { signed: false });
}
