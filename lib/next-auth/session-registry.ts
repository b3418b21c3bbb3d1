/** What single logout needs beside next-auth: somebody on the server who knows which sessions there are.
 *
 * next-auth keeps a session in a cookie, and a cookie in a browser cannot be taken back by a logout token that comes
 * from the OpenID Provider's server. So the cookie holds the id of a session here, and nothing else. */
import type { Account } from "next-auth";

export interface SessionRegistry {
  /** Begins a session with the tokens that the sign-in brought; they stay on the server, whatever their size.
   * @returns its id
   * @throws when the session has been ended already: a logout may be faster than its login */
  begin(account: Account): Promise<string>;
  /** Who is logged in in this session; undefined once it has ended, by whichever mechanism. */
  find(sessionId: string): Promise<{ sub: string } | undefined>;
  /** Ends this session, and keeps the logout request to the OpenID Provider (RP-Initiated Logout 2) for the page that
   * sends it. */
  signOut(sessionId: string): Promise<void>;
}
