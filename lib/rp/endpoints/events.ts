/** GET /events: server-sent events about this browser's own session and the logout requests that the app receives, so
 * that its pages need no reload. */

import type { Endpoint } from "../http.ts";
import { newestRequest, onNewestRequest } from "../newest-request.ts";
import type { RelyingParty } from "../relying-party.ts";
import { readSession } from "../session/session-cookie.ts";
import { sessionVersion, sessionView } from "../session/session-view.ts";

const keepAliveMs = 15_000;

/** Sends the session's state at once, unless the browser has already seen it (`Last-Event-ID`), and after every change.
 * Of logout requests it sends the number of the newest. It begins no session. */
export const sessionEvents: Endpoint = async (request, rp) => {
  const session = await readSession(request.headers.get("cookie"), rp);
  const lastEventId = request.headers.get("last-event-id");
  return new Response(stream(session?.sessionId, lastEventId, request.signal, rp), {
    headers: {
      "content-type": "text/event-stream",
      // no-transform prevents compression, which would delay the events
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
};

/** Ends when the browser disconnects, or when the store fails: then the browser reconnects. */
function stream(
  sessionId: string | undefined,
  lastEventId: string | null,
  signal: AbortSignal,
  rp: RelyingParty,
): ReadableStream {
  let close = () => {};
  return new ReadableStream({
    async start(controller) {
      const write = (text: string) => controller.enqueue(new TextEncoder().encode(text));
      const sendSession = sessionSender(sessionId, lastEventId, write, rp);
      const sendNewest = (seq: number) => write(`event: requests\ndata: ${seq}\n\n`);
      const stops = [
        onNewestRequest(rp, { hear: sendNewest, fail: () => close() }),
        ...(sessionId ? [rp.store.onSessionChange(sessionId, () => void sendSession().catch(close))] : []),
      ];
      const keepAlive = setInterval(() => write(": keep-alive\n\n"), keepAliveMs);
      close = () => {
        for (const stop of stops) stop();
        clearInterval(keepAlive);
        signal.removeEventListener("abort", close);
        closeOnce(controller);
      };
      signal.addEventListener("abort", close);
      if (signal.aborted) return close();
      write("retry: 2000\n\n");
      await sendSession()
        .then(async () => sendNewest(await newestRequest(rp)))
        .catch(close);
    },
    cancel: () => close(),
  });
}

/** Writes the state of the session, unless the browser has already seen it. */
function sessionSender(
  sessionId: string | undefined,
  lastEventId: string | null,
  write: (text: string) => void,
  rp: RelyingParty,
) {
  let sent = lastEventId;
  return async (): Promise<void> => {
    const session = sessionId ? await rp.store.readSession(sessionId, rp.now()) : undefined;
    const version = sessionVersion(session);
    if (version !== sent)
      write(`id: ${version}\nevent: session\ndata: ${JSON.stringify(sessionView(session))}\n\n`);
    sent = version;
  };
}

function closeOnce(controller: ReadableStreamDefaultController): void {
  try {
    controller.close();
  } catch {
    // already closed by the browser
  }
}
