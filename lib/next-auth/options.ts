/** next-auth's options, with the callbacks that tie its cookie to the session registry. */
import type { AuthOptions, LoggerInstance } from "next-auth";
import { cookiesOf, type RegisteredToken } from "./cookies.ts";
import { type OidcClient, openIdProvider } from "./provider.ts";
import type { SessionRegistry } from "./session-registry.ts";

export interface AuthSettings {
  /** Where the app lives, for example http://localhost:8080/playground2 */
  base: string;
  /** Encrypts the cookies. */
  secret: string;
  /** Maximum lifetime of a session, in seconds. */
  maxAge: number;
  client: OidcClient;
  registry: SessionRegistry;
  logger: Partial<LoggerInstance>;
}

export function authOptions({ base, secret, maxAge, client, registry, logger }: AuthSettings): AuthOptions {
  return {
    secret,
    logger,
    providers: [openIdProvider(client)],
    session: { strategy: "jwt", maxAge },
    cookies: cookiesOf(base),
    callbacks: {
      /** At sign-in the token becomes a reference. Once its session has ended, it is refused, although the cookie still
       * exists and decrypts; next-auth then deletes the cookie. */
      jwt: async ({ token, account }): Promise<RegisteredToken> => {
        if (account) return { sessionId: await registry.begin(account) };
        const { sessionId } = token as RegisteredToken;
        if (await registry.find(sessionId)) return { sessionId };
        throw new SessionEnded();
      },
      session: async ({ session, token }) => {
        const user = await registry.find((token as RegisteredToken).sessionId);
        return { expires: session.expires, user: { name: user?.sub ?? null } };
      },
      /** Back to this app, never to another site (RFC 9700 4.11). */
      redirect: async ({ url }) => (url.startsWith(`${base}/`) ? url : `${base}/oauth2`),
    },
    events: {
      /** next-auth deletes only its cookie. */
      signOut: async ({ token }) => registry.signOut((token as RegisteredToken).sessionId),
    },
  };
}

/** The session in the cookie has ended. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";

  constructor() {
    super("the session in the cookie has ended");
  }
}
