import { relyingParty } from "#lib/next/relying-party.ts";
import type { LogoutEventType } from "#lib/rp/events.ts";
import type { LogoutRequestEvent } from "#lib/rp/logout/latest-requests.ts";
import { verdictsOf, warningOf } from "#lib/rp/logout/logout-effect.ts";
import { shownToken } from "#lib/rp/logout/received-token.ts";
import type { RpSession } from "#lib/rp/model.ts";
import { clock } from "../clock.ts";
import { VerdictTable } from "../verdict-table.tsx";
import { ReceivedLogoutToken } from "./received-logout-token.tsx";

const names: Readonly<Record<LogoutEventType, string>> = {
  logout_token: "Back-channel",
  logout_token_unverified: "Back-channel",
  frontchannel_logout: "Front-channel",
  frontchannel_logout_unverified: "Front-channel",
};

interface LogoutRequestsProps {
  events: readonly LogoutRequestEvent[];
  /** Of the browser that sees them. */
  session: RpSession | undefined;
}

/** The latest logout requests that this app received, the refused ones with their reason. Only those who may read a logout
 * token see whom it names. */
export function LogoutRequests({ events, session }: LogoutRequestsProps) {
  if (events.length === 0) return null;
  const refused = events.find(({ data }) => "error" in data && "received" in data);
  return (
    <section className="card" aria-labelledby="logout-requests">
      <h2 id="logout-requests">Logout requests received</h2>
      {events.map((event) => (
        <LogoutRequest key={event.seq} event={event} session={session} open={event === refused} />
      ))}
    </section>
  );
}

function LogoutRequest({
  event: { type, at, data },
  session,
  open,
}: {
  event: LogoutRequestEvent;
  session: RpSession | undefined;
  open: boolean;
}) {
  const received = "received" in data ? data.received : undefined;
  const error = "error" in data ? data.error : undefined;
  const ended = "ended" in data ? data.ended : [];
  const verdicts = "ended" in data ? verdictsOf(data) : "verdicts" in data ? data.verdicts : [];
  const warning = "ended" in data ? warningOf(data) : "warning" in data ? data.warning : undefined;
  const line = (
    <>
      <time className="mono">{clock(at)}</time> <b>{names[type]}</b>:{" "}
      {"error" in data ? data.error : outcome("ended" in data ? ended.length : data.sessions, warning)}
    </>
  );
  const look = `note ${error ? "note-bad" : warning ? "note-warn" : "note-ok"}`;
  if (verdicts.length === 0 && !received)
    return (
      <p className={look}>
        <span>{line}</span>
      </p>
    );
  return (
    <details className={look} open={open}>
      <summary>{line}</summary>
      {received && <ReceivedLogoutToken token={shownToken(received, ended, session, relyingParty())} />}
      {verdicts.length > 0 && (
        <details open={error !== undefined}>
          <summary>Checks of this logout token</summary>
          <VerdictTable verdicts={verdicts} />
        </details>
      )}
    </details>
  );
}

function outcome(sessions: number, warning: string | undefined): string {
  const ended =
    sessions === 0 ? "no matching session here" : `ended ${sessions} session${sessions === 1 ? "" : "s"}`;
  return `accepted; ${ended}${warning ? `. ${warning}` : ""}`;
}
