"use client";

import { useEffect, useRef, useState } from "react";
import { useConnected } from "./event-stream.ts";

const texts: Record<string, string> = {
  starting: "asking the OP iframe …",
  watching: "the session at the OpenID Provider is unchanged.",
  confirming: "something changed at the OpenID Provider; checking who is signed in there …",
  paused: "paused while this tab is hidden.",
  ended: "the session at the OpenID Provider has ended.",
  blocked:
    "the OP iframe has not seen this login at all: this browser blocks the OpenID Provider's cookie in frames (it blocks third-party cookies, or the cookie is SameSite=Lax), or the session there ended before this page was opened. You stay logged in here.",
  "no answer": "the OP iframe does not answer.",
  error: "the OP iframe answered error: it did not understand the message.",
  stopped: "stopped:",
  disconnected: "unknown while this page has no connection to the app.",
};

/** Mounts the RP iframe, which watches the OP session, and shows its status. */
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
    // Only now: the RP iframe sends some messages only once, and may be faster than this script.
    frame.current?.setAttribute("src", src);
    return () => removeEventListener("message", onMessage);
  }, [src]);

  const shown = useConnected() ? status : "disconnected";
  return (
    <p className="muted" data-monitor={shown}>
      Session management: {texts[shown]} {shown === status && reason}
      <iframe ref={frame} title="RP iframe" hidden />
    </p>
  );
}
