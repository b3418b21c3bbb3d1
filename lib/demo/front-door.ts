/** The front door: one port for all apps, as Tomcat was in the tutorial, and the page that shows what runs where. */
import { Agent, createServer, type IncomingMessage, type Server } from "node:http";
import { createProxyServer } from "httpxy";
import { CannotRun } from "#lib/cli/errors.ts";
import { localOrigin } from "#lib/config/apps.ts";
import { serverLimits } from "#lib/net/server-limits.ts";
import { documentPolicy } from "#lib/ui/html.ts";
import {
  downPage,
  type FrontDoorPage,
  notFoundPage,
  pageOf,
  readyPage,
  wrongHostPage,
} from "./front-door-pages.ts";
import type { ProcessState } from "./managed-process.ts";
import type { ReadyView } from "./ready-view.ts";
import { asset, type Responder } from "./static-files.ts";

/** A process behind the front door: everything below /NAME is its own. */
interface Upstream {
  name: string;
  port: number;
  state(): ProcessState;
}

export interface FrontDoor {
  readonly port: number;
  /** Stops listening and closes open connections: event streams never end on their own. */
  close(): Promise<void>;
}

interface FrontDoorOptions {
  /** 0 for any free one. */
  port: number;
  /** Names it answers to besides localhost. */
  hosts: readonly string[];
  upstreams: Upstream[];
  view: () => ReadyView;
}

/** Opens the front door on loopback. */
export async function openFrontDoor({ port, hosts, upstreams, view }: FrontDoorOptions): Promise<FrontDoor> {
  const forward = forwarder();
  const server = createServer(serverLimits, (request, response) => {
    responder(request)(request, response);
  });

  /** Decides who answers. */
  function responder(request: IncomingMessage): Responder {
    const host = request.headers.host ?? "";
    const here = new URL(localOrigin(portOf(server)));
    const named = (name: string) => here.host.replace("localhost", name);
    const numeric = named("127.0.0.1");
    const known = [here.host, numeric, ...hosts.map(named)];
    // Another host may be a foreign page's name that resolves to this machine (DNS rebinding).
    if (!known.includes(host)) return page(421, wrongHostPage(here.origin));
    if (host === numeric && isRead(request)) return redirect(`${here.origin}${request.url}`);

    const pathname = URL.parse(request.url ?? "/", here.origin)?.pathname ?? "";
    const upstream = upstreamOf(pathname, upstreams);
    const missing = page(404, notFoundPage(pathname));
    if (upstream) return forward(upstream);
    if (pathname === "/" && isRead(request)) return page(200, readyPage(view()));
    if (pathname.startsWith("/assets/") && isRead(request)) return asset(pathname, missing);
    return missing;
  }

  await listen(server, port);
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whose path this is. All apps come from one build, so that each has the build's files. */
function upstreamOf(pathname: string, upstreams: Upstream[]): Upstream | undefined {
  if (pathname.startsWith("/_next/"))
    return upstreams.find((each) => each.state() === "ready") ?? upstreams[0];
  return upstreams.find(({ name }) => pathname === `/${name}` || pathname.startsWith(`/${name}/`));
}

function forwarder(): (upstream: Upstream) => Responder {
  // No time limit: an event stream may be silent for a long time.
  // A connection of its own for each request: the apps close idle ones after five seconds, and a request sent on one
  // at that moment is lost. The browser's own connection stays.
  const agent = new Agent({ keepAlive: false });
  const proxy = createProxyServer({ xfwd: true, proxyTimeout: 0, agent });
  proxy.on("proxyRes", ({ headers }, _request, response) => {
    delete headers.connection;
    // Otherwise the headers wait for the first event, and the browser does not consider the stream open.
    process.nextTick(() => response.flushHeaders());
  });
  return (upstream) => (request, response) => {
    // The apps trust these headers, so the browser must not set them.
    for (const name of Object.keys(request.headers)) {
      if (name.startsWith("x-forwarded-") || name === "forwarded") delete request.headers[name];
    }
    proxy.web(request, response, { target: `http://127.0.0.1:${upstream.port}` }).catch(() => {
      if (response.headersSent) response.destroy();
      else page(502, downPage(upstream))(request, response);
    });
  };
}

const isRead = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD";

const redirect =
  (location: string): Responder =>
  (_request, response) => {
    response.writeHead(307, { location, "cache-control": "no-store" }).end();
  };

const page =
  (status: number, content: FrontDoorPage): Responder =>
  (_request, response) => {
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": documentPolicy(),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    };
    response.writeHead(status, headers).end(pageOf(content));
  };

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(new CannotRun(`The front door cannot listen on port ${port}: ${error.message}.`)),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
}
