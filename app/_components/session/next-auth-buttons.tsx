"use client";

import { SessionProvider, signIn, signOut } from "next-auth/react";
import type { ReactNode } from "react";

/** Tells next-auth's functions its path in this app; their default is /api/auth. */
function At({ app, children }: { app: string; children: ReactNode }) {
  return (
    <SessionProvider basePath={`${app}/api/auth`} session={null} refetchOnWindowFocus={false}>
      {children}
    </SessionProvider>
  );
}

/** The second way to sign in. Without scripts it is a link to next-auth's own page.
 * @param app path of the app, for example /playground2 */
export function SignInWithNextAuth({ app, back }: { app: string; back: string }) {
  return (
    <At app={app}>
      <a
        className="btn"
        href={`${app}/api/auth/signin`}
        onClick={(event) => {
          event.preventDefault();
          void signIn("op", { callbackUrl: back });
        }}
      >
        Sign in with next-auth
      </a>
    </At>
  );
}

/** next-auth's own sign-out; the next page continues with RP-initiated logout. */
export function SignOutWithNextAuth({ app, then }: { app: string; then: string }) {
  return (
    <At app={app}>
      <a
        className="btn"
        href={`${app}/api/auth/signout?callbackUrl=${encodeURIComponent(then)}`}
        onClick={(event) => {
          event.preventDefault();
          void signOut({ callbackUrl: then });
        }}
      >
        Sign out with next-auth
      </a>
    </At>
  );
}
