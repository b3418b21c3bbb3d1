/** GET /events as a browser's EventSource reads it. */
import type { HttpBrowser } from "#lib/net/http-browser.ts";
import type { RpProcess } from "./rp-process.ts";

export interface Event {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** Listens as an EventSource does; `next` resolves with the next event of this type, `read` with the next of any. */
export async function listen(browser: HttpBrowser, rp: RpProcess, lastEventId?: string) {
  const end = new AbortController();
  const headers = {
    cookie: browser.cookieFor("/playground2"),
    ...(lastEventId ? { "last-event-id": lastEventId } : {}),
  };
  const response = await fetch(`${rp.base}/events`, { headers, signal: end.signal });
  const chunks = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  const read = async (): Promise<Event> => {
    for (;;) {
      const [block, ...rest] = text.split("\n\n");
      if (rest.length > 0) {
        text = rest.join("\n\n");
        const fields = Object.fromEntries((block ?? "").split("\n").map((line) => line.split(/: (.*)/s)));
        if (fields.event) return { id: fields.id, event: fields.event, data: JSON.parse(fields.data) };
      } else {
        const chunk = await chunks?.next();
        if (!chunk || chunk.done) throw new Error("the stream ended");
        text += chunk.value;
      }
    }
  };
  const next = async (type = "session"): Promise<Event> => {
    for (;;) {
      const event = await read();
      if (event.event === type) return event;
    }
  };
  return { response, next, read, stop: () => end.abort() };
}
