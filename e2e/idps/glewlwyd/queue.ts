/** A proxy that sends Glewlwyd one request at a time: on SQLite it mixes up concurrent inserts. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";

/** Timeout of Glewlwyd's answers, in milliseconds. */
const answerTimeoutMs = 20_000;
/** Headers of a single connection; the proxy has two. */
const hopByHop = ["connection", "keep-alive", "transfer-encoding"];

export interface Queue {
  stop(): Promise<void>;
}

/** @param port to listen on
 * @param target port of Glewlwyd
 * @throws {Error} if the port is in use */
export async function startQueue(port: number, target: number): Promise<Queue> {
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((incoming, response) => {
    void buffer(incoming).then(
      (body) => {
        last = last.then(() => forward(incoming, body, response, target));
      },
      () => response.destroy(), // the client disconnected
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is in use; choose another one for Glewlwyd.`;
      reject(error.code === "EADDRINUSE" ? new Error(taken) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  // Only the Glewlwyd child process keeps this process alive.
  server.unref();
  return {
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Forwards a request and its answer, or answers 502; never rejects. */
async function forward(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  port: number,
): Promise<void> {
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const signal = AbortSignal.timeout(answerTimeoutMs);
      // No keep-alive: Glewlwyd might close a kept connection just as it is reused.
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
