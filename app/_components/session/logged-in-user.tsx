import { relyingParty } from "#lib/next/relying-party.ts";
import { activeMechanisms } from "#lib/rp/mechanisms.ts";
import type { RpSession } from "#lib/rp/model.ts";
import { sessionVersion } from "#lib/rp/session/session-view.ts";
import { canBeWatched } from "#lib/rp/session/watched-session.ts";
import { whoRow } from "#lib/rp/session/who-row.ts";
import { LiveSession } from "./live-session.tsx";
import { SessionMonitor } from "./session-monitor.tsx";

interface LoggedInUserProps {
  session: RpSession | undefined;
  base: string;
  /** Number of the newest logout request that the page shows; absent if it shows none at all. */
  newest?: number;
}

/** The tutorial's row. It reads `null` when no user is logged in: the tutorial's criterion of success. */
export async function LoggedInUser({ session, base, newest }: LoggedInUserProps) {
  const watched =
    canBeWatched(session?.login) && (await activeMechanisms(relyingParty())).includes("session-management");
  return (
    <div className="flex flex-col gap-2">
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: the template of lib/ui escapes every value */}
      <div dangerouslySetInnerHTML={{ __html: whoRow(session, base).toString() }} />
      {session?.login && (
        <p className="muted" data-signed-in-by={session.login.signedInBy}>
          {session.login.signedInBy === "next-auth"
            ? "Signed in with next-auth."
            : "Signed in with the form."}
        </p>
      )}
      <LiveSession base={base} shown={sessionVersion(session)} newest={newest} />
      {watched && <SessionMonitor src={`${base}/rpiframe`} />}
    </div>
  );
}
