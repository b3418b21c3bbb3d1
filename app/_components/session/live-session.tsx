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

/** A tab in the background leaves the server to the one that the user looks at. */
const backgroundMs = 500;

/** Refreshes the page once for each change of what it shows, and says so to screen readers. The user's name does not
 * wait for that: it changes as soon as the page hears of it. */
export function LiveSession({ base, shown, newest }: LiveSessionProps) {
  const router = useRouter();
  const [announcement, announce] = useState({ session: "", requests: "" });
  const connected = useConnected();

  useEffect(() => {
    let asked = { version: shown, requests: newest };
    let later: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      if (!document.hidden) return router.refresh();
      clearTimeout(later);
      later = setTimeout(router.refresh, backgroundMs);
    };
    const stop = listen(base, shown, ({ session, requests }) => {
      if (session) showUser(session.view.user);
      if (session && session.version !== asked.version) {
        asked = { ...asked, version: session.version };
        announce({ session: change(session.view), requests: "" });
        // Style sheets emphasize a change that the page has seen.
        const ended = session.view.user === null && session.view.loggedOutBy !== null;
        document.documentElement.toggleAttribute("data-session-ended", ended);
        refresh();
      }
      if (requests !== undefined && asked.requests !== undefined && requests > asked.requests) {
        asked = { ...asked, requests };
        announce((before) => ({ ...before, requests: "Logout request received." }));
        refresh();
      }
    });
    return () => {
      clearTimeout(later);
      stop();
    };
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

function showUser(user: string | null): void {
  const shown = document.getElementById("logged-in-user");
  if (shown) shown.textContent = user ?? "null";
}

function change({ user, loggedOutBy }: SessionView): string {
  if (user !== null) return `${user} is logged in now.`;
  return loggedOutBy ? `Session ended by ${endings[loggedOutBy].by}.` : "Logged out.";
}
