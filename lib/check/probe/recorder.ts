/** The HTTP server of a probe: records every request, then answers it as the check wants. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Channel } from "../model/channels.ts";
import { callbackPage, opIframePage, plainPage, rpIframePage } from "./pages.ts";

export type RequestKind = Channel | "authorization" | "post-logout" | "other";

export interface Recorded {
  kind: RequestKind;
  /** Milliseconds on the clock of all recorders (`performance.now()`). */
  at: number;
  method: string;
  /** Path and query as received. */
  url: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: string;
  form: URLSearchParams;
  /** The answer, once all of it has been sent. */
  answered?: { status: number; at: number };
}

/** Answers a recorded request; returns after the answer, or if there will be none. */
export type Answer = (response: ServerResponse, recorded: Recorded) => void | Promise<void>;

/** The paths of a probe. */
const kinds: Readonly<Record<string, RequestKind>> = {
  "/callback": "authorization",
  "/bclogout": "back-channel",
  "/fclogout": "front-channel",
  "/logout": "post-logout",
};

const pages: Readonly<Record<string, string>> = { "/op-iframe": opIframePage, "/rp-iframe": rpIframePage };

const defaults: Readonly<Record<RequestKind, Answer>> = {
  authorization: (response, { method, query }) =>
    page(response, method === "GET" && query.size === 0 ? callbackPage : plainPage("Signed in")),
  "back-channel": (response) => void response.writeHead(200, { "cache-control": "no-store" }).end(),
  "front-channel": (response) => page(response, plainPage("Logged out")),
  "post-logout": (response) => page(response, plainPage("Back after logout")),
  other: (response, { url }) => page(response, pages[url] ?? plainPage("Probe")),
};

const page = (response: ServerResponse, html: string): void =>
  void response
    .writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" })
    .end(html);

/** Also for an invalid URL: an OP may request `//`. */
const addressOf = (url = "/"): URL =>
  URL.parse(url, "http://probe") ?? new URL("/unreadable", "http://probe");

export class Recorder {
  readonly records: Recorded[] = [];
  readonly #answers = new Map<RequestKind, Answer>();
  readonly #waiting = new Set<{
    wanted: (recorded: Recorded) => boolean;
    resolve: (recorded: Recorded) => void;
  }>();
  readonly #sockets = new Set<Socket>();
  readonly #address: string | undefined;
  #server: Server | undefined;
  #port: number;

  /** @param port 0 for any free one
   * @param address to listen on; undefined for all addresses */
  constructor(port: number, address: string | undefined) {
    this.#port = port;
    this.#address = address;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts listening, unless it already is. */
  async listen(): Promise<void> {
    if (this.#server) return;
    const server = createServer((request, response) => {
      response.on("error", () => undefined); // written after its end or after the client hung up
      this.#take(request, response).catch(() => response.destroy());
    });
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, this.#address, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Refuses connections until `listen` is called again, which uses the same port. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** Replaces the answer to one kind of request.
   * @returns restores the usual answer */
  answer(kind: RequestKind, answer: Answer): () => void {
    this.#answers.set(kind, answer);
    return () => this.#answers.delete(kind);
  }

  /** The records, of one kind if given, since a moment on the clock of the recorders. */
  since(at: number, kind?: RequestKind): Recorded[] {
    return this.records.filter((recorded) => recorded.at >= at && (!kind || recorded.kind === kind));
  }

  /** The first matching request since `from`; undefined if none comes in time.
   * @param timeout in milliseconds */
  async waitFor(
    wanted: (recorded: Recorded) => boolean,
    { from, timeout }: { from: number; timeout: number },
  ): Promise<Recorded | undefined> {
    const already = this.since(from).find(wanted);
    if (already) return already;
    const { promise, resolve } = Promise.withResolvers<Recorded | undefined>();
    const entry = { wanted, resolve };
    this.#waiting.add(entry);
    const timer = setTimeout(() => resolve(undefined), timeout);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(entry);
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    let body = "";
    try {
      for await (const chunk of request) body += chunk;
    } catch {
      return; // the client hung up
    }
    const { pathname, searchParams: query } = addressOf(request.url);
    const kind = kinds[pathname] ?? "other";
    const { method = "", url = "", headers } = request;
    const answer = this.#answers.get(kind);
    const form = new URLSearchParams(body);
    const recorded: Recorded = { kind, at, method, url, query, headers, body, form };
    response.once("finish", () => {
      recorded.answered = { status: response.statusCode, at: performance.now() };
    });
    this.records.push(recorded);
    for (const { wanted, resolve } of this.#waiting) if (wanted(recorded)) resolve(recorded);
    await (answer ?? defaults[kind])(response, recorded);
  }
}
