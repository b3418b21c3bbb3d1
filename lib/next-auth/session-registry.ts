/** What single logout needs besides next-auth: a registry of the sessions on the server.
 *
 * next-auth keeps a session in a cookie, and a logout token from the OpenID Provider's server cannot delete a cookie in
 * a browser. So the cookie holds only the ID of a session in this registry. */
import type { Account } from "next-auth";

export interface SessionRegistry {
  /** Begins a session with the tokens of the sign-in; they stay on the server, whatever their size.
   * @returns its ID
   * @throws if the session has already ended: a logout may be faster than its login */
  begin(account: Account): Promise<string>;
  /** The user of this session; undefined once it has ended, by any mechanism. */
  find(sessionId: string): Promise<{ sub: string } | undefined>;
  /** Ends this session, and keeps the logout request to the OpenID Provider (RIL 2) for the page that sends it. */
  signOut(sessionId: string): Promise<void>;
}
