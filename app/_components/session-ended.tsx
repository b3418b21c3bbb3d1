import type { EndedBy, RpSession } from "#lib/rp/model.ts";
import { clock } from "./clock.ts";

const texts: Record<EndedBy, string> = {
  "back-channel": "by back-channel logout: the OpenID Provider told this app directly, without your browser.",
  "front-channel":
    "by front-channel logout: the OpenID Provider told this app through a hidden frame in your browser.",
  "session-management":
    "by session management: this page noticed that the session at the OpenID Provider is over.",
  "rp-initiated": "because you logged out at the OpenID Provider and came back.",
  local: "because you logged out of this app only. At the OpenID Provider you are still logged in.",
  "sign-out": "because you signed out with next-auth.",
  refresh: "because the OpenID Provider refused to refresh the access token: its grant is over.",
  "new-login": "because you signed in anew.",
  reset: "by Reset Session, in this app only. At the OpenID Provider it may live on.",
};

const milliseconds = (count: number): string => `${count.toLocaleString("en")} ms`;

/** Says by what this browser's session ended. */
export function SessionEnded({ session }: { session: RpSession | undefined }) {
  if (!session?.ended || session.login) return null;
  return (
    <p className="note note-ok" role="status" data-logged-out-by={session.ended.by}>
      <span>
        The session here ended after {milliseconds(session.ended.livedMs)}, {texts[session.ended.by]}{" "}
        {session.ended.detail}{" "}
        {session.ended.noticedAfterMs !== undefined &&
          `It was told ${milliseconds(session.ended.noticedAfterMs)} after the session at the OpenID Provider had ended. `}
        <time className="muted whitespace-nowrap">{clock(session.ended.at)}</time>
      </span>
    </p>
  );
}
