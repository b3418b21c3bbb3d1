import type { ProtocolEvent } from "#lib/rp/events.ts";
import { clock } from "../clock.ts";
import { VerdictTable } from "../verdict-table.tsx";

/** The latest logout requests that this app received, the refused ones with their reason. They name no user or
 * session: anyone can see this page. */
export function LogoutRequests({ events }: { events: readonly LogoutEvent[] }) {
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

type LogoutEvent = ProtocolEvent<"logout_token" | "logout_token_unverified" | "frontchannel_logout">;

function LogoutRequest({ event: { type, at, data } }: { event: LogoutEvent }) {
  const error = "error" in data ? data.error : undefined;
  const verdicts = "verdicts" in data ? data.verdicts : [];
  const line = (
    <>
      <time className="mono">{clock(at)}</time>{" "}
      <b>{type === "frontchannel_logout" ? "Front-channel" : "Back-channel"}</b>:{" "}
      {"error" in data ? data.error : outcome(data.sessions)}
    </>
  );
  const look = `note ${error ? "note-bad" : "note-ok"}`;
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

function outcome(sessions: number): string {
  if (sessions === 0) return "accepted; no matching session here";
  return `accepted; ended ${sessions} session${sessions === 1 ? "" : "s"}`;
}
