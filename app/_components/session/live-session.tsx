"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { endings } from "#lib/rp/endings.ts";
import type { SessionView } from "#lib/rp/session/session-view.ts";

interface LiveSessionProps {
  /** URL of the event stream; undefined when no user is logged in. */
  events: string | undefined;
  /** Version of the session that the page shows. */
  shown: string;
}

const retryMs = 2000;

/** Refreshes the page once for each change of the session. It listens only while the tab is visible: browsers allow
 * few open connections to one host. */
export function LiveSession({ events, shown }: LiveSessionProps) {
  const router = useRouter();
  const handled = useRef(shown);
  const [announcement, announce] = useState("");

  useEffect(() => {
    if (!events) return;
    let source: EventSource | undefined;
    let stopped = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const onSession = ({ lastEventId, data }: MessageEvent<string>) => {
      if (lastEventId === shown || lastEventId === handled.current) return;
      handled.current = lastEventId;
      const { user, loggedOutBy } = JSON.parse(data) as SessionView;
      const end = loggedOutBy ? `Session ended by ${endings[loggedOutBy].by}.` : "Logged out.";
      announce(user ? `Logged in user : ${user}` : end);
      router.refresh();
    };
    // A browser gives up on a failed stream, but the proxy or the store may have recovered since.
    const lookAgain = async () => {
      const session = new URL("session", new URL(events, location.href));
      const answer = await fetch(session).catch(() => undefined);
      if (stopped) return;
      if (!answer?.ok) retry = setTimeout(() => void lookAgain(), retryMs);
      else if (((await answer.json()) as { user: string | null }).user === null) router.refresh();
      else follow();
    };
    const follow = () => {
      clearTimeout(retry);
      source?.close();
      source = document.hidden ? undefined : new EventSource(events);
      source?.addEventListener("session", onSession);
      source?.addEventListener("error", () => {
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(() => void lookAgain(), retryMs);
      });
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      stopped = true;
      clearTimeout(retry);
      source?.close();
    };
  }, [events, shown, router]);

  return (
    <p role="status" className="sr-only">
      {announcement}
    </p>
  );
}
