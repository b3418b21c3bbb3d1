"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { endings } from "#lib/rp/endings.ts";
import type { SessionView } from "#lib/rp/session/session-view.ts";
import { listen, useConnected } from "./event-stream.ts";

interface LiveSessionProps {
  /** URL of the app. */
  base: string;
  /** Version of the session that the page shows. */
  shown: string;
  /** Number of the newest logout request that the page shows; undefined if it shows none at all. */
  newest: number | undefined;
}

/** Refreshes the page once for each change of what it shows, and says so to screen readers. */
export function LiveSession({ base, shown, newest }: LiveSessionProps) {
  const router = useRouter();
  const [announcement, announce] = useState({ session: "", requests: "" });
  const connected = useConnected();

  useEffect(() => {
    let asked = { version: shown, requests: newest };
    return listen(base, shown, ({ session, requests }) => {
      if (session && session.version !== asked.version) {
        asked = { ...asked, version: session.version };
        announce({ session: change(session.view), requests: "" });
        // Style sheets emphasize a change that the page has seen.
        const ended = session.view.user === null && session.view.loggedOutBy !== null;
        document.documentElement.toggleAttribute("data-session-ended", ended);
        router.refresh();
      }
      if (requests !== undefined && asked.requests !== undefined && requests > asked.requests) {
        asked = { ...asked, requests };
        announce((before) => ({ ...before, requests: "Logout request received." }));
        router.refresh();
      }
    });
  }, [base, shown, newest, router]);

  return (
    <>
      <p role="status" className="sr-only">
        {announcement.session}
      </p>
      <p role="status" className="sr-only">
        {announcement.requests}
      </p>
      {!connected && (
        <p className="note note-warn" role="alert" data-connection="lost">
          This page has lost its connection to the app and may be out of date. It keeps trying.
        </p>
      )}
    </>
  );
}

function change({ user, loggedOutBy }: SessionView): string {
  if (user !== null) return `${user} is logged in now.`;
  return loggedOutBy ? `Session ended by ${endings[loggedOutBy].by}.` : "Logged out.";
}
