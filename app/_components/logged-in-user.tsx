import { sessionVersion } from "#lib/rp/session-view.ts";
import type { RpSession } from "#lib/store/types.ts";
import { LiveSession } from "./live-session.tsx";

/** The row of the tutorial. It reads `null` when nobody is logged in: that is the tutorial's criterion of success. */
export function LoggedInUser({ session, base }: { session: RpSession | undefined; base: string }) {
  return (
    <>
      <p className="who">
        Logged in user : <b id="logged-in-user">{session?.login?.sub ?? "null"}</b>
      </p>
      <LiveSession events={session?.login && `${base}/events`} shown={sessionVersion(session)} />
    </>
  );
}
