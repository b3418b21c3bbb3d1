"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";

interface LiveSessionProps {
  /** Where the events come from; undefined while nobody is logged in. */
  events: string | undefined;
  /** Version of the session that the page shows. */
  shown: string;
}

const endings: Record<string, string> = {
  "back-channel": "Logged out by back-channel logout.",
  "front-channel": "Logged out by front-channel logout.",
  "session-management": "Logged out by session management.",
  local: "Logged out of this app only.",
  "rp-initiated": "Logged out at the OpenID Provider.",
};

/** Notices that the session has changed and has the page rendered anew, once for each change. It listens only while
 * the tab is seen: browsers allow few open connections to one host. */
export function LiveSession({ events, shown }: LiveSessionProps) {
  const router = useRouter();
  const handled = useRef(shown);
  const [announcement, announce] = useState("");

  useEffect(() => {
    if (!events) return;
    let source: EventSource | undefined;
    const onSession = ({ lastEventId, data }: MessageEvent<string>) => {
      if (lastEventId === shown || lastEventId === handled.current) return;
      handled.current = lastEventId;
      const { user, loggedOutBy } = JSON.parse(data) as { user: string | null; loggedOutBy: string | null };
      announce(user ? `Logged in user : ${user}` : (endings[loggedOutBy ?? ""] ?? "Logged out."));
      router.refresh();
    };
    const follow = () => {
      source?.close();
      source = document.hidden ? undefined : new EventSource(events);
      source?.addEventListener("session", onSession);
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      source?.close();
    };
  }, [events, shown, router]);

  return (
    <p role="status" className="sr-only">
      {announcement}
    </p>
  );
}
