"use client";

import { useEffect, useRef, useState } from "react";

const texts: Record<string, string> = {
  starting: "asking the OpenID Provider's frame …",
  watching: "the session at the OpenID Provider is unchanged.",
  confirming: "something changed at the OpenID Provider; asking who is logged in …",
  paused: "paused while this tab is hidden.",
  ended: "the session at the OpenID Provider is over.",
  blocked:
    "from the start the OpenID Provider's frame has not seen this login: this browser blocks the OpenID Provider's cookie in a frame (it blocks third-party cookies, or the cookie is SameSite=Lax), or the session there ended before this page was opened. Nobody is logged out by it.",
  "no answer": "the OpenID Provider's frame does not answer.",
  error: "the OpenID Provider's frame did not understand the question.",
  stopped: "stopped:",
};

/** Mounts the RP iframe, which watches the OP session, and shows what it sees. */
export function SessionMonitor({ src }: { src: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [{ status, reason }, setSeen] = useState({ status: "starting", reason: "" });

  useEffect(() => {
    const onMessage = ({ origin, source, data }: MessageEvent) => {
      if (origin !== location.origin || source !== frame.current?.contentWindow) return;
      if (typeof data?.monitor === "string" && data.monitor in texts) {
        setSeen({ status: data.monitor, reason: String(data.reason ?? "") });
      }
    };
    addEventListener("message", onMessage);
    // Only now: the frame says some things once, and may be faster than this script.
    frame.current?.setAttribute("src", src);
    return () => removeEventListener("message", onMessage);
  }, [src]);

  return (
    <p className="muted" data-monitor={status}>
      Session management: {texts[status]} {reason}
      <iframe ref={frame} title="RP iframe" hidden />
    </p>
  );
}
