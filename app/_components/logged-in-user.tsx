import { relyingParty } from "#lib/next/relying-party.ts";
import { activeMechanisms } from "#lib/rp/mechanisms.ts";
import { canBeWatched } from "#lib/rp/rp-iframe.ts";
import { sessionVersion } from "#lib/rp/session-view.ts";
import type { RpSession } from "#lib/store/types.ts";
import { LiveSession } from "./live-session.tsx";
import { SessionMonitor } from "./session-monitor.tsx";

/** The row of the tutorial. It reads `null` when nobody is logged in: that is the tutorial's criterion of success. */
export async function LoggedInUser({ session, base }: { session: RpSession | undefined; base: string }) {
  const watched =
    canBeWatched(session?.login) && (await activeMechanisms(relyingParty())).includes("session-management");
  return (
    <>
      <p className="who">
        Logged in user : <b id="logged-in-user">{session?.login?.sub ?? "null"}</b>
      </p>
      <LiveSession events={session?.login && `${base}/events`} shown={sessionVersion(session)} />
      {watched && <SessionMonitor src={`${base}/rpiframe`} />}
    </>
  );
}
