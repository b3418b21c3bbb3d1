/** Many apps in one session of the OP, some of which do not answer logout tokens. */
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { freePort } from "#lib/net/free-port.ts";
import type { HttpBrowser } from "#lib/net/http-browser.ts";
import { OpStore } from "../store/op-store.ts";

const user = "alice";

/** `silent` ones accept the connection and never answer; `refusing` ones are not running. */
type Kind = "living" | "silent" | "refusing";

export interface App {
  name: string;
  kind: Kind;
  base: string;
  /** How many logout tokens it has received. */
  tokens: number;
  /** When the last one arrived, in milliseconds since the epoch. */
  notifiedAt: number;
}

export interface ManyApps {
  apps: App[];
  /** Requests of the OP that the silent apps leave unanswered. */
  held: Set<Socket>;
  /** Resolves once this holds after a logout token has been received. */
  until(holds: () => boolean): Promise<void>;
  close(): void;
}

/** The living ones come last, so that the OP begins with the others. */
export async function manyApps(counts: Record<Kind, number>): Promise<ManyApps> {
  const servers: { close(): void }[] = [];
  const waiting = new Set<() => void>();
  const many: ManyApps = {
    apps: [],
    held: new Set(),
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      }),
    close: () => {
      for (const server of servers) server.close();
      for (const socket of many.held) socket.destroy();
    },
  };
  const notified = (app: App) => {
    app.tokens += 1;
    app.notifiedAt = Date.now();
    for (const look of waiting) look();
  };
  for (const kind of ["silent", "refusing", "living"] as const) {
    for (let number = 1; number <= counts[kind]; number++) {
      const app: App = { name: `${kind}-${number}`, kind, base: "", tokens: 0, notifiedAt: 0 };
      many.apps.push(app);
      const server =
        kind === "living" ? answering(() => notified(app)) : holding(many.held, () => notified(app));
      const port = kind === "refusing" ? await freePort() : await listen(server);
      if (kind !== "refusing") servers.push(server);
      app.base = `http://localhost:${port}`;
    }
  }
  return many;
}

const listen = (server: ReturnType<typeof createTcpServer>): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

function answering(notified: () => void): Server {
  return createServer((request, response: ServerResponse) => {
    request.resume().once("end", () => {
      notified();
      response.writeHead(200).end();
    });
  });
}

function holding(held: Set<Socket>, notified: () => void) {
  return createTcpServer((socket) => {
    socket.once("data", () => {
      held.add(socket);
      notified();
    });
    socket.once("close", () => held.delete(socket));
    socket.on("error", () => undefined); // the OP gives up
  });
}

/** The setting `OP_APPS`. */
export const settingOf = ({ apps }: ManyApps): object[] =>
  apps.map(({ name, base }) => ({ name, secret: "a-secret-of-the-tests", baseUrls: [base] }));

/** Has the user consent to all of them, in the database of an OP that is not running. */
export function consentToAll(directory: string, { apps }: ManyApps): void {
  const store = new OpStore(directory);
  for (const { name } of apps) store.rememberConsent(user, name, ["openid"]);
  store.close();
}

/** Signs in to all of them in one session, after `consentToAll`. */
export async function signInToAll(origin: string, browser: HttpBrowser, { apps }: ManyApps): Promise<void> {
  for (const { name, base } of apps) {
    const query = new URLSearchParams({
      ...{ client_id: name, response_type: "code", redirect_uri: `${base}/oauth2client`, scope: "openid" },
      ...{ state: "state-1", nonce: "nonce-1" },
    });
    let page = await browser.follow(await browser.get(`${origin}/oauth2/authorize?${query}`));
    if (page.url.includes("login.do"))
      page = await browser.follow(await browser.submit(page, { username: user, password: user }));
    if (!page.location?.startsWith(base)) throw new Error(`${name}: not signed in, but at ${page.url}`);
  }
}
