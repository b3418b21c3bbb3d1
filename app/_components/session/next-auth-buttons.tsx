"use client";

import { type ComponentType, useState } from "react";
import type { NextAuthRequestProps } from "./next-auth-request.tsx";

/** The second way to sign in. Without scripts it is a link to next-auth's own page.
 * @param app path of the app, for example /playground2 */
export function SignInWithNextAuth({ app, back }: { app: string; back: string }) {
  return (
    <NextAuthLink
      href={`${app}/api/auth/signin`}
      request={{ app, does: "sign in", next: back }}
      label="Sign in with next-auth"
    />
  );
}

/** next-auth's own sign-out; the next page continues with RP-initiated logout. */
export function SignOutWithNextAuth({ app, then }: { app: string; then: string }) {
  return (
    <NextAuthLink
      href={`${app}/api/auth/signout?callbackUrl=${encodeURIComponent(then)}`}
      request={{ app, does: "sign out", next: then }}
      label="Sign out with next-auth"
    />
  );
}

interface NextAuthLinkProps {
  /** next-auth's own page. */
  href: string;
  request: NextAuthRequestProps;
  label: string;
}

/** Loads next-auth's functions when they are needed: they are larger than all our own scripts of the page. */
function NextAuthLink({ href, request, label }: NextAuthLinkProps) {
  const [loaded, setLoaded] = useState<{ Request: ComponentType<NextAuthRequestProps>; clicks: number }>();
  return (
    <>
      <a
        className="btn"
        href={href}
        onClick={(event) => {
          event.preventDefault();
          import("./next-auth-request.tsx").then(
            ({ NextAuthRequest }) =>
              setLoaded((before) => ({ Request: NextAuthRequest, clicks: (before?.clicks ?? 0) + 1 })),
            () => location.assign(href),
          );
        }}
      >
        {label}
      </a>
      {loaded && <loaded.Request key={loaded.clicks} {...request} />}
    </>
  );
}
