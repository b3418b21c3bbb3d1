/** A queue before Glewlwyd: on SQLite it mixes up what two requests insert at the same time, and so it gets one request
 * after the other. Browsers and Relying Parties may come all at once. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";

/** Longest wait for an answer of Glewlwyd, in milliseconds. */
const PATIENCE_MS = 20_000;
/** They are about one connection, and here there are two. */
const hopByHop = ["connection", "keep-alive", "transfer-encoding"];

export interface Queue {
  stop(): Promise<void>;
}

/** @param port where the queue takes requests
 * @param target the port of Glewlwyd
 * @throws {Error} if the port is taken */
export async function startQueue(port: number, target: number): Promise<Queue> {
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((incoming, response) => {
    void buffer(incoming).then(
      (body) => {
        last = last.then(() => forward(incoming, body, response, target));
      },
      () => response.destroy(), // the browser went away in the middle
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is in use; Glewlwyd needs another one.`;
      reject(error.code === "EADDRINUSE" ? new Error(taken) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  // Glewlwyd, a child of ours, keeps the process alive; without it there is nothing to queue for.
  server.unref();
  return {
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Settles when Glewlwyd has answered, or cannot; never rejects. */
async function forward(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  port: number,
): Promise<void> {
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      // A connection for each: one that is kept may be closed by the other side just when it is used again.
      const to = { host: "127.0.0.1", port, agent: false, method, path: url, headers: endToEnd(headers) };
      const onward = request({ ...to, signal }, resolve);
      onward.once("error", reject);
      onward.end(body);
    });
    const content = await buffer(answer);
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers)).end(content);
  } catch (error) {
    response.writeHead(502, { "content-type": "text/plain" }).end(`Glewlwyd did not answer: ${error}`);
  }
}

const endToEnd = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
