/** The HTTP side of a probe: records every request before it answers it, and answers as a check says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { callbackPage, opIframePage, plainPage, rpIframePage } from "./pages.ts";

export type RequestKind = "authorization" | "back-channel" | "front-channel" | "post-logout" | "other";

export interface Recorded {
  kind: RequestKind;
  /** Milliseconds on the clock that all probes share (`performance.now()`). */
  at: number;
  method: string;
  /** Path and query, as it came. */
  url: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: string;
  form: URLSearchParams;
  /** It was not answered as usual, but as a check has it. */
  spoiled: boolean;
}

/** What a probe does with a request after it has been recorded; returns once it has answered, or never will. */
export type Answer = (response: ServerResponse, recorded: Recorded) => void | Promise<void>;

/** Where a probe answers, and as what. */
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

/** Also of what is no address: an OP may ask for `//`. */
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
   * @param address to listen on; undefined for every one of this machine */
  constructor(port: number, address: string | undefined) {
    this.#port = port;
    this.#address = address;
  }

  get port(): number {
    return this.#port;
  }

  /** Takes requests; nothing new where it does already. */
  async listen(): Promise<void> {
    if (this.#server) return;
    const server = createServer((request, response) => {
      response.on("error", () => undefined); // written to after the other side hung up, or after its end
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

  /** Refuses connections from now on; `listen` takes them again on the same port. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** Answers one kind of request another way, until the function that it gives back is called. */
  answer(kind: RequestKind, answer: Answer): () => void {
    this.#answers.set(kind, answer);
    return () => this.#answers.delete(kind);
  }

  /** What has been recorded of a kind since a moment of the shared clock. */
  since(at: number, kind?: RequestKind): Recorded[] {
    return this.records.filter((recorded) => recorded.at >= at && (!kind || recorded.kind === kind));
  }

  /** The first request that fits, also one that has come since `from`; undefined when none came in time.
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
      return; // the other side hung up in the middle
    }
    const { pathname, searchParams: query } = addressOf(request.url);
    const kind = kinds[pathname] ?? "other";
    const { method = "", url = "", headers } = request;
    const answer = this.#answers.get(kind);
    const form = new URLSearchParams(body);
    const recorded = { kind, at, method, url, query, headers, body, form, spoiled: answer !== undefined };
    this.records.push(recorded);
    for (const { wanted, resolve } of this.#waiting) if (wanted(recorded)) resolve(recorded);
    await (answer ?? defaults[kind])(response, recorded);
  }
}
