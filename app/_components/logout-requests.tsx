import type { Verdict } from "#lib/oidc/verdict.ts";
import type { ProtocolEvent } from "#lib/store/types.ts";
import { clock } from "./clock.ts";
import { VerdictTable } from "./verdict-table.tsx";

/** The last logout tokens that this app received, the refused ones with their reason. Users and sessions are not named:
 * the page is seen by anyone. */
export function LogoutRequests({ events }: { events: readonly ProtocolEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section className="card" aria-labelledby="logout-requests">
      <h2 id="logout-requests">Back-channel logout requests received</h2>
      {events.map((event) => (
        <LogoutRequest key={event.seq} event={event} />
      ))}
    </section>
  );
}

function LogoutRequest({ event: { at, data } }: { event: ProtocolEvent }) {
  const error = data.error as string | undefined;
  const sessions = data.sessions as number | undefined;
  const verdicts = (data.verdicts ?? []) as Verdict[];
  return (
    <details className={`note ${error ? "note-bad" : "note-ok"}`} open={Boolean(error)}>
      <summary>
        <time className="mono">{clock(at)}</time>{" "}
        {error ??
          (sessions === 0
            ? "accepted; no session here to end"
            : `accepted; ended ${sessions} session${sessions === 1 ? "" : "s"}`)}
      </summary>
      <VerdictTable verdicts={verdicts} />
    </details>
  );
}
