/** Endpoints for programs, on a server of node:http. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { bodyTimeout, type PlainRequest, type PlainResponse, tooLarge, tooSlow } from "./plain-http.ts";

/** Runs an endpoint for one request. The endpoint must not throw. */
export async function answerPlainly(
  request: IncomingMessage,
  response: ServerResponse,
  endpoint: (request: PlainRequest) => Promise<PlainResponse>,
): Promise<void> {
  const {
    status,
    headers,
    body = "",
  } = await endpoint({
    contentType: request.headers["content-type"],
    text: (largest) => readBody(request, largest),
  });
  response.writeHead(status, {
    ...headers,
    "content-length": Buffer.byteLength(body),
    // What is left of the body would be read first.
    ...(request.complete ? {} : { connection: "close" }),
  });
  response.end(body);
}

function readBody(request: IncomingMessage, largest: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  if (Number(request.headers["content-length"] ?? 0) > largest) reject(tooLarge(largest));
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => reject(tooSlow()), bodyTimeout);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > largest) reject(tooLarge(largest));
    else chunks.push(chunk);
  });
  request.on("end", () => resolve(Buffer.concat(chunks).toString()));
  request.on("error", () =>
    reject(new ProtocolError("invalid_request", "The connection closed before the body was complete.")),
  );
  return promise.finally(() => clearTimeout(timer));
}
