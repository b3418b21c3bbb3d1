"use client";

import { SessionProvider, signIn, signOut } from "next-auth/react";
import { useEffect } from "react";

export interface NextAuthRequestProps {
  /** Path of the app, for example /playground2. */
  app: string;
  does: "sign in" | "sign out";
  /** Where next-auth redirects afterwards. */
  next: string;
}

/** Signs in or out as soon as it is shown. The provider gives next-auth's functions their path in this app; their default
 * is /api/auth. */
export function NextAuthRequest({ app, ...request }: NextAuthRequestProps) {
  return (
    <SessionProvider basePath={`${app}/api/auth`} session={null} refetchOnWindowFocus={false}>
      <Run {...request} />
    </SessionProvider>
  );
}

function Run({ does, next }: Omit<NextAuthRequestProps, "app">) {
  useEffect(() => {
    void (does === "sign in" ? signIn("op", { callbackUrl: next }) : signOut({ callbackUrl: next }));
  }, [does, next]);
  return null;
}
