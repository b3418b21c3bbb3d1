/** Reads next-auth's cookies in the endpoints that are not its own. */
import type { JWT } from "next-auth/jwt";

/** What the session cookie holds. */
export interface RegisteredToken extends JWT {
  sessionId: string;
}

/** Cookies ignore ports, so their names carry the app's name and port, and their path is the app's.
 * @param base where the app lives, for example http://localhost:8080/playground2 */
export function cookiesOf(base: string) {
  const { protocol, pathname, port } = new URL(base);
  const options = { httpOnly: true, sameSite: "lax", path: pathname, secure: protocol === "https:" } as const;
  const cookie = (name: string) => ({
    name: [pathname.slice(1), "next-auth", name, port].filter(Boolean).join("."),
    options,
  });
  return {
    sessionToken: cookie("session"),
    callbackUrl: cookie("callback-url"),
    csrfToken: cookie("csrf"),
    pkceCodeVerifier: cookie("pkce"),
    state: cookie("state"),
    nonce: cookie("nonce"),
  };
}

export type Cookies = Readonly<Record<string, string | undefined>>;

/** The ID of the registered session in next-auth's cookie; undefined without a cookie, or if it is forged or expired. */
export async function registeredSessionId(
  cookies: Cookies,
  base: string,
  secret: string,
): Promise<string | undefined> {
  const token = await decoded(cookies[cookiesOf(base).sessionToken.name], secret);
  return (token as Partial<RegisteredToken> | undefined)?.sessionId;
}

/** When the sign-in behind this callback started, in milliseconds: next-auth keeps it in its `state` cookie. */
export async function signInStartedAt(
  cookies: Cookies,
  base: string,
  secret: string,
): Promise<number | undefined> {
  const { name } = cookiesOf(base).state;
  const state = await decoded(cookies[name], secret, name);
  return typeof state?.iat === "number" ? state.iat * 1000 : undefined;
}

async function decoded(token: string | undefined, secret: string, salt = "") {
  if (!token) return undefined;
  // Loaded with the first such cookie: with its own jose it takes 4 MB.
  const { decode } = await import("next-auth/jwt");
  const decoded = await decode({ token, secret, salt }).catch(() => null);
  return decoded ?? undefined;
}
