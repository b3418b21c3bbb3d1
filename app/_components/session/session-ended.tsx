import type { EndedBy, PastSession, RpSession } from "#lib/rp/model.ts";
import { clock } from "../clock.ts";

/** By what a session ended, and what that means. */
const texts: Record<EndedBy, { by: string; meaning: string }> = {
  "back-channel": {
    by: "back-channel logout",
    meaning: "The OpenID Provider notified this app directly, not through your browser.",
  },
  "front-channel": {
    by: "front-channel logout",
    meaning: "The OpenID Provider notified this app through a hidden frame in your browser.",
  },
  "session-management": {
    by: "session management",
    meaning: "This page noticed that the session at the OpenID Provider has ended.",
  },
  "rp-initiated": {
    by: "RP-initiated logout",
    meaning: "You logged out at the OpenID Provider and came back.",
  },
  local: {
    by: "logging out of this app only",
    meaning: "You are still logged in at the OpenID Provider.",
  },
  "sign-out": { by: "signing out with next-auth", meaning: "" },
  refresh: {
    by: "the end of its grant",
    meaning: "The OpenID Provider refused to refresh the access token.",
  },
  "new-login": { by: "signing in again", meaning: "" },
  reset: {
    by: "Reset Session",
    meaning: "Only in this app: the session at the OpenID Provider may still exist.",
  },
};

/** Says by what this browser's session ended. */
export function SessionEnded({ session }: { session: RpSession | undefined }) {
  if (!session?.ended || session.login) return null;
  const { by, at, detail } = session.ended;
  const sentences = [headline(session.ended), texts[by].meaning, detail];
  return (
    <p className="note note-ok" role="status" data-logged-out-by={by}>
      <span>
        {sentences.filter(Boolean).join(" ")} <time className="muted whitespace-nowrap">{clock(at)}</time>
      </span>
    </p>
  );
}

function headline({ by, livedMs, noticedAfterMs }: PastSession): string {
  const delay =
    noticedAfterMs === undefined ? "" : `, ${duration(noticedAfterMs)} after the OP ended its own`;
  return `Session ended by ${texts[by].by}${delay} (it had lasted ${duration(livedMs)}).`;
}

const seconds = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

const duration = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : `${(ms / 1000).toLocaleString("en", seconds)} s`;
