/** An HTTP server that stands in for a product. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { TlsFiles } from "#lib/op/tls.ts";

export type Json = Record<string, unknown>;

export interface Asked {
  method: string;
  /** `METHOD /path`, without the query. */
  what: string;
  url: URL;
  headers: IncomingMessage["headers"];
  body: string;
}

export interface Answer {
  status: number;
  json?: unknown;
  headers?: Record<string, string>;
}

export interface StandIn {
  origin: string;
  /** Every request so far. */
  asked: Asked[];
  close(): Promise<void>;
}

/** Listens on a loopback port, on https with a certificate and a key. */
export async function standIn(
  answer: (asked: Asked, origin: string) => Answer,
  { tls, port = 0 }: { tls?: TlsFiles | undefined; port?: number | undefined } = {},
): Promise<StandIn> {
  const asked: Asked[] = [];
  let origin = "";
  const listener: RequestListener = async (request, response) => {
    const url = new URL(request.url ?? "/", origin);
    const { method = "GET", headers } = request;
    const one = { method, what: `${method} ${url.pathname}`, url, headers, body: await text(request) };
    asked.push(one);
    const { status, json, headers: more } = answer(one, origin);
    response.writeHead(status, { "content-type": "application/json", ...more });
    response.end(json === undefined ? undefined : JSON.stringify(json));
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  origin = `${tls ? "https" : "http"}://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
