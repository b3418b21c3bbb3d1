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
  /** Seconds that a session lives at most. */
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
      /** At sign-in the token becomes a reference; from then on it is refused as soon as its session has ended, though
       * the cookie is still there and still well encrypted. next-auth then takes the cookie back. */
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
      /** next-auth forgets its cookie by itself; the rest is up to us. */
      signOut: async ({ token }) => registry.signOut((token as RegisteredToken).sessionId),
    },
  };
}

/** The session that the cookie names is over. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";

  constructor() {
    super("the session that the cookie names has ended");
  }
}
