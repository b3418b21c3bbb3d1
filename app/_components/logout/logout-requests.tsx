import type { LogoutEventType } from "#lib/rp/events.ts";
import type { LogoutRequestEvent } from "#lib/rp/logout/latest-requests.ts";
import { clock } from "../clock.ts";
import { VerdictTable } from "../verdict-table.tsx";

const names: Readonly<Record<LogoutEventType, string>> = {
  logout_token: "Back-channel",
  logout_token_unverified: "Back-channel",
  frontchannel_logout: "Front-channel",
  frontchannel_logout_unverified: "Front-channel",
};

/** The latest logout requests that this app received, the refused ones with their reason. They name no user or
 * session: anyone can see this page. */
export function LogoutRequests({ events }: { events: readonly LogoutRequestEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section className="card" aria-labelledby="logout-requests">
      <h2 id="logout-requests">Logout requests received</h2>
      {events.map((event) => (
        <LogoutRequest key={event.seq} event={event} />
      ))}
    </section>
  );
}

function LogoutRequest({ event: { type, at, data } }: { event: LogoutRequestEvent }) {
  const error = "error" in data ? data.error : undefined;
  const verdicts = "verdicts" in data ? data.verdicts : [];
  const line = (
    <>
      <time className="mono">{clock(at)}</time> <b>{names[type]}</b>:{" "}
      {"error" in data ? data.error : outcome(data)}
    </>
  );
  const warning = "warning" in data ? data.warning : undefined;
  const look = `note ${error ? "note-bad" : warning ? "note-warn" : "note-ok"}`;
  if (verdicts.length === 0)
    return (
      <p className={look}>
        <span>{line}</span>
      </p>
    );
  return (
    <details className={look} open={Boolean(error)}>
      <summary>{line}</summary>
      <VerdictTable verdicts={verdicts} />
    </details>
  );
}

function outcome({ sessions, warning }: { sessions: number; warning?: string | undefined }): string {
  const ended =
    sessions === 0 ? "no matching session here" : `ended ${sessions} session${sessions === 1 ? "" : "s"}`;
  return `accepted; ${ended}${warning ? `. ${warning}` : ""}`;
}
