/** This page's end of the event stream that all tabs of the app share (public/assets/rp/events-worker.js). */
import { useSyncExternalStore } from "react";
import type { SessionView } from "#lib/rp/session/session-view.ts";

/** What is new. */
export interface News {
  session?: { version: string; view: SessionView };
  /** Number of the newest logout request that the app received. */
  requests?: number;
  /** Whether the stream is open. */
  connected?: boolean;
}

let stream: MessagePort | Worker | undefined;
let connected = true;
const watchers = new Set<() => void>();

/** @param base URL of the app */
function open(base: string): MessagePort | Worker {
  if (stream) return stream;
  const script = `${base}/assets/rp/events-worker.js`;
  const opened = "SharedWorker" in window ? new SharedWorker(script).port : new Worker(script);
  opened.addEventListener("message", onConnected as EventListener);
  if (opened instanceof MessagePort) opened.start();
  addEventListener("pagehide", () => opened.postMessage(undefined));
  stream = opened;
  return opened;
}

function onConnected({ data }: MessageEvent<News>): void {
  if (data.connected === undefined) return;
  connected = data.connected;
  for (const notify of watchers) notify();
}

/** Listens until the returned function is called.
 * @param shown version of the session that the page shows */
export function listen(base: string, shown: string, onNews: (news: News) => void): () => void {
  const opened = open(base);
  const onMessage = ({ data }: MessageEvent<News>) => onNews(data);
  const greet = () => {
    if (!document.hidden) opened.postMessage({ events: `${base}/events`, shown });
  };
  opened.addEventListener("message", onMessage as EventListener);
  opened.postMessage({ events: `${base}/events`, shown });
  // A browser may have put the tab to sleep, or kept the page for its back button.
  document.addEventListener("visibilitychange", greet);
  addEventListener("pageshow", greet);
  return () => {
    opened.removeEventListener("message", onMessage as EventListener);
    document.removeEventListener("visibilitychange", greet);
    removeEventListener("pageshow", greet);
  };
}

/** Whether the page hears of changes. */
export const useConnected = (): boolean =>
  useSyncExternalStore(
    (notify) => {
      watchers.add(notify);
      return () => watchers.delete(notify);
    },
    () => connected,
    () => true,
  );
