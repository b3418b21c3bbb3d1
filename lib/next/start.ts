/** A bad setting ends the process with one clear message before it listens: an exception in `register` would leave
 * a server running that answers 500 to everything. */
import "server-only";
import { subscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";
import { answerLogoutTokens } from "./logout-tokens.ts";
import { startRelyingParty } from "./relying-party.ts";

/** Time to receive a request with its body, in milliseconds. Node looks every 30 seconds. */
const requestMs = 15_000;

try {
  const rp = await startRelyingParty();
  // biome-ignore lint/style/noProcessEnv: next-auth reads its own address from here alone
  process.env.NEXTAUTH_URL = `${rp.config.RP_BASE_URLS[0]}/api/auth`;
  whenAsked((server) => {
    // Next waits for a body only where a handler reads it.
    server.requestTimeout = requestMs;
    server.headersTimeout = requestMs;
    answerLogoutTokens(server, rp);
  });
} catch (error) {
  process.stderr.write(`This app cannot start.\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** Calls back with Next's server before its first request is answered: Next offers no way to it. */
function whenAsked(prepare: (server: Server) => void): void {
  const prepared = new WeakSet<Server>();
  subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    if (!prepared.has(server)) prepare(server);
    prepared.add(server);
  });
}
