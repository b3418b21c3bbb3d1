/** GET /events: server-sent events about this browser's own session, so that its pages need no reload. */
import type { Endpoint } from "../http.ts";
import type { RelyingParty } from "../relying-party.ts";
import { readSession } from "../session/session-cookie.ts";
import { sessionVersion, sessionView } from "../session/session-view.ts";

const keepAliveMs = 15_000;

/** Sends the session's state at once, unless the browser has already seen it (`Last-Event-ID`), and after every change.
 * A browser without a session gets 204, which ends its requests, and never a session. */
export const sessionEvents: Endpoint = async (request, rp) => {
  const session = await readSession(request.headers.get("cookie"), rp);
  if (!session) return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  const lastEventId = request.headers.get("last-event-id");
  return new Response(stream(session.sessionId, lastEventId, request.signal, rp), {
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
  sessionId: string,
  lastEventId: string | null,
  signal: AbortSignal,
  rp: RelyingParty,
): ReadableStream {
  let close = () => {};
  return new ReadableStream({
    async start(controller) {
      const write = (text: string) => controller.enqueue(new TextEncoder().encode(text));
      const send = sender(sessionId, lastEventId, write, rp);
      const stopListening = rp.store.onSessionChange(sessionId, () => void send().catch(close));
      const keepAlive = setInterval(() => write(": keep-alive\n\n"), keepAliveMs);
      close = () => {
        stopListening();
        clearInterval(keepAlive);
        signal.removeEventListener("abort", close);
        closeOnce(controller);
      };
      signal.addEventListener("abort", close);
      if (signal.aborted) return close();
      write("retry: 2000\n\n");
      await send().catch(close);
    },
    cancel: () => close(),
  });
}

/** Writes the state of the session, unless the browser has already seen it. */
function sender(
  sessionId: string,
  lastEventId: string | null,
  write: (text: string) => void,
  rp: RelyingParty,
) {
  let sent = lastEventId;
  return async (): Promise<void> => {
    const session = await rp.store.readSession(sessionId, rp.now());
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
