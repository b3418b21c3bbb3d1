/** Why a session ended, in words: by a mechanism of the OP, or by an action in this app. */
import { mechanismNames, mechanisms } from "#lib/oidc/mechanisms.ts";
import type { EndedBy } from "./model.ts";

interface Ending {
  /** "Session ended by …". */
  by: string;
  /** What that means for the user; may be empty. */
  meaning: string;
}

const byMechanism = Object.fromEntries(
  mechanismNames.map((mechanism) => {
    const { name, ended } = mechanisms[mechanism];
    return [mechanism, { by: name, meaning: ended }];
  }),
) as Record<keyof typeof mechanisms, Ending>;

export const endings: Readonly<Record<EndedBy, Ending>> = {
  ...byMechanism,
  "rp-initiated": {
    by: "RP-initiated logout",
    meaning: "You logged out at the OpenID Provider and came back.",
  },
  local: {
    by: "logging out of this app only",
    meaning: "You are still signed in at the OpenID Provider.",
  },
  "sign-out": { by: "signing out with next-auth", meaning: "" },
  refresh: {
    by: "a refused token refresh",
    meaning: "The OpenID Provider refused to refresh the access token.",
  },
  "new-login": { by: "logging in again", meaning: "" },
  reset: {
    by: "Reset Session",
    meaning: "Only in this app: the session at the OpenID Provider may still exist.",
  },
};
