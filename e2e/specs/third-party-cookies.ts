/** The outcome of each mechanism, by how a browser treats cookies in frames. The browser tests verify it, and
 * a contract test compares it with docs/walkthrough/third-party-cookies.md. */

import { type Mechanism, mechanismTitles } from "#lib/oidc/mechanisms.ts";

export const outcomes = {
  ended: "logged out, without a reload",
  blocked: "reports that the browser blocks the cookie; the session stays",
  answered: "answered: still logged in",
  refused: "`login_required`, although the user is signed in",
} as const;

export type Outcome = keyof typeof outcomes;

/** The columns: the mechanisms, and session management's request with `prompt=none`. */
export const columns: Readonly<Record<Mechanism | "silent", string>> = {
  ...mechanismTitles,
  silent: "Silent request (`prompt=none`)",
};

export interface Situation {
  name: string;
  /** Flags of the demo. */
  flags: readonly string[];
  /** The browser's setting. */
  thirdPartyCookies: "allowed" | "blocked";
  /** Why the browser withholds the OP's cookies from a frame: an attribute, or the user's setting. */
  withheldBy: readonly ("SameSite=Lax" | "the setting")[];
  expected: Readonly<Record<keyof typeof columns, Outcome>>;
}

const withCookie = {
  "back-channel": "ended",
  "front-channel": "ended",
  "session-management": "ended",
  silent: "answered",
} as const;

/** Two mechanisms need no OP cookie in a frame. */
const withoutCookie = { ...withCookie, "session-management": "blocked", silent: "refused" } as const;

export const situations: readonly Situation[] = [
  {
    name: "same site, third-party cookies blocked",
    flags: [],
    thirdPartyCookies: "blocked",
    withheldBy: [],
    expected: withCookie,
  },
  {
    // The OP's cookies are `SameSite=Lax` on http: `None` needs `Secure`.
    name: "cross-site, third-party cookies allowed",
    flags: ["--cross-site"],
    thirdPartyCookies: "allowed",
    withheldBy: ["SameSite=Lax"],
    expected: withoutCookie,
  },
  {
    name: "cross-site, third-party cookies blocked",
    flags: ["--cross-site"],
    thirdPartyCookies: "blocked",
    withheldBy: ["SameSite=Lax", "the setting"],
    expected: withoutCookie,
  },
  {
    name: "OP on https, third-party cookies allowed",
    flags: ["--https"],
    thirdPartyCookies: "allowed",
    withheldBy: [],
    expected: withCookie,
  },
  {
    name: "OP on https, third-party cookies blocked",
    flags: ["--https"],
    thirdPartyCookies: "blocked",
    withheldBy: ["the setting"],
    expected: withoutCookie,
  },
];

/** The table of docs/walkthrough/third-party-cookies.md. */
export function outcomeTable(): string {
  const names = Object.keys(columns) as (keyof typeof columns)[];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["Situation", "Started with", ...Object.values(columns)]),
    line(["---", "---", ...names.map(() => "---")]),
    ...situations.map(({ name, flags, expected }) =>
      line([name, `\`${startedWith(flags)}\``, ...names.map((column) => outcomes[expected[column]])]),
    ),
  ].join("\n");
}

const startedWith = (flags: readonly string[]): string =>
  flags.length > 0 ? `npm run demo -- ${flags.join(" ")}` : "npm run demo";
