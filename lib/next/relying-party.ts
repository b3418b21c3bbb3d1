/** The one Relying Party of this process.
 *
 * Next evaluates modules separately for pages and for route handlers: a module variable would exist twice, and a logout
 * that the handler stores would never reach the page. So all process-wide state hangs off one symbol. */
import "server-only";
import { ConfigError, environment } from "#lib/config/env.ts";
import { parseRpConfig, type RpConfig } from "#lib/config/rp-config.ts";
import { createLog, type Log } from "#lib/log.ts";
import { readCertificates, trustCertificates } from "#lib/net/certificates.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { createRelyingParty, type RelyingParty } from "#lib/rp/relying-party.ts";
import type { Store } from "#lib/rp/store.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { nextAuthSessionId } from "./next-auth-cookie.ts";

const key = Symbol.for("slo-playground.relying-party");
const holder = globalThis as { [key]?: RelyingParty };

/** Starts it, before the server takes requests.
 * @throws {import("#lib/config/env.ts").ConfigError} when a setting is wrong */
export async function startRelyingParty(): Promise<RelyingParty> {
  holder[key] = await start(parseRpConfig(environment()));
  return holder[key];
}

export function relyingParty(): RelyingParty {
  const rp = holder[key];
  if (!rp) throw new Error("The Relying Party has not been started: lib/next/start.ts has to run first.");
  return rp;
}

async function start(config: RpConfig): Promise<RelyingParty> {
  if (config.CA_FILE) {
    trustCertificates(readCertificates(config.CA_FILE, (why) => new ConfigError(`CA_FILE: ${why}`)));
  }
  const log = createLog({ ...config, name: config.RP_NAME });
  const store = await openStore(config, log);
  const rp = createRelyingParty({ config, log, store, otherSessionId: nextAuthSessionId });
  setInterval(
    () => rp.store.sweep(rp.now()).catch((error: unknown) => log.error({ err: error }, "Sweeping failed.")),
    60_000,
  ).unref();
  void sayWhetherProviderAnswers(rp);
  return rp;
}

/** The app also starts without its Redis, and says so. Its client is loaded only where it is used: it takes 5 MB. */
async function openStore(
  { REDIS_URL, RP_NAME, DATA_DIR, REPLACE_BAD_STORE }: RpConfig,
  log: Log,
): Promise<Store> {
  const watch = {
    onConnected: () => log.info("The session store is available."),
    onLost: (error: Error) => log.warn({ detail: error.message }, "The session store is unavailable."),
  };
  if (REDIS_URL) {
    const { openRedisStore } = await import("#lib/store/redis/store.ts");
    return openRedisStore(REDIS_URL, RP_NAME, watch);
  }
  const onMoved = ({ from, to }: { from: string; to: string }) =>
    log.warn(`${from} could not be used: it is now ${to}, and a new one has begun.`);
  return openSqliteStore(DATA_DIR, RP_NAME, { ...watch, replaceBad: REPLACE_BAD_STORE, onMoved });
}

/** The app also starts without its OP, and says so; each request tries again. */
async function sayWhetherProviderAnswers(rp: RelyingParty): Promise<void> {
  try {
    await rp.provider.metadata();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    await rp.record({ type: "provider_unavailable", data: { error: error.message } });
  }
}
