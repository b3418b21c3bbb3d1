/** The OP as an HTTP server. */
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { OpConfig } from "#lib/config/op-config.ts";
import type { Log } from "#lib/log.ts";
import { serverLimits } from "#lib/net/server-limits.ts";
import { seedClients } from "./clients.ts";
import { loadKeys } from "./keys.ts";
import { logoutTokenSender } from "./logout/backchannel-logout.ts";
import { DeliveryQueue } from "./logout/delivery-queue.ts";
import { sweep } from "./logout/end-session.ts";
import type { OpenIdProvider } from "./open-id-provider.ts";
import { issuerPath } from "./paths.ts";
import { buildProvider } from "./provider.ts";
import { OpStore } from "./store/op-store.ts";
import { loadCertificate } from "./tls.ts";

export interface RunningOp {
  port: number;
  origin: string;
  issuer: string;
  close(): Promise<void>;
}

const sweepMs = 60_000;

/** Maximum bytes of a request's URL and headers: a logout request by GET contains an ID Token, which may be large.
 * Node's default is 16 KiB; browsers send more. */
const maxHeaderBytes = 64 * 1024;

/** Starts the OP. The issuer contains the actual port, which for `OP_PORT` 0 is known only after listening. */
export async function startOp(config: OpConfig, log: Log): Promise<RunningOp> {
  const store = openStore(config, log);
  const handler = Promise.withResolvers<RequestListener>();
  const listener: RequestListener = (request, response) =>
    void handler.promise.then((handle) => handle(request, response));
  const options = { maxHeaderSize: maxHeaderBytes, ...serverLimits };
  const server = config.OP_HTTPS
    ? createSecureServer({ ...(await loadCertificate(config.OP_DATA_DIR)), ...options }, listener)
    : createServer(options, listener);
  try {
    const keys = await loadKeys(store, config.OP_ROTATE_KEYS);
    const port = await listen(server, config);
    const origin = `${config.OP_HTTPS ? "https" : "http"}://localhost:${port}`;
    const issuer = `${origin}${issuerPath}`;
    const deliveries = new DeliveryQueue(store.deliveries, log);
    const op = buildProvider({ config, log, store, keys, deliveries, origin, issuer });
    await seedClients(op.provider, store, config.OP_APPS);
    deliveries.start(logoutTokenSender(op.provider, store));
    handler.resolve(originForm(op.provider.callback()));

    const sweeper = startSweeping(op);
    return { port, origin, issuer, close: () => close(server, op, sweeper) };
  } catch (error) {
    server.close();
    store.close();
    throw error;
  }
}

/** Sweeps now, as sessions may have expired while the OP was not running, and then every minute. */
function startSweeping(op: OpenIdProvider): NodeJS.Timeout {
  let isSweeping = false;
  const sweepNow = async () => {
    if (isSweeping) return;
    isSweeping = true;
    await sweep(op).catch((error) => op.log.error({ err: error }, "sweep failed"));
    isSweeping = false;
  };
  void sweepNow();
  return setInterval(sweepNow, sweepMs).unref();
}

function openStore({ OP_DATA_DIR, REPLACE_BAD_STORE }: OpConfig, log: Log): OpStore {
  return new OpStore(OP_DATA_DIR, {
    replaceBad: REPLACE_BAD_STORE,
    onMoved: ({ from, to }) =>
      log.warn(`${from} could not be used: it is now ${to}, and a new one has begun`),
    onLost: ({ message }) => log.error(`the store cannot be used: ${message}`),
    onRestored: () => log.info("the store can be used again"),
  });
}

function listen(server: Server, { OP_HOST, OP_PORT }: OpConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(OP_PORT, OP_HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Refuses `GET http://elsewhere/…`: the library would derive its URLs from it. */
function originForm(handle: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url?.startsWith("/")) handle(request, response);
    else response.writeHead(400).end();
  };
}

async function close(
  server: Server,
  { deliveries, store }: OpenIdProvider,
  sweeper: NodeJS.Timeout,
): Promise<void> {
  clearInterval(sweeper);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
  await deliveries.close();
  store.close();
}
