/** An app without Next, which starts in a fraction of the time: the store, `POST /bclogout`, `GET /session` and
 * `GET /health` behind node:http: `node bare-app.ts PORT`. Its settings come from the environment, as the app's do. */
import { createServer, type IncomingMessage } from "node:http";
import { flushCompileCache } from "node:module";
import { environment } from "#lib/config/env.ts";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { createLog } from "#lib/log.ts";
import { backchannelLogout } from "#lib/rp/endpoints/backchannel-logout.ts";
import { health } from "#lib/rp/endpoints/health.ts";
import { sessionJson } from "#lib/rp/endpoints/session.ts";
import { type Endpoint, respondPlainly } from "#lib/rp/http.ts";
import { answerPlainly } from "#lib/rp/node-http.ts";
import { createRelyingParty } from "#lib/rp/relying-party.ts";
import { openRedisStore } from "#lib/store/redis/store.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";

const config = parseRpConfig(environment());
const { RP_NAME, DATA_DIR, REDIS_URL } = config;
const log = createLog({ ...config, name: RP_NAME });
const store = REDIS_URL ? openRedisStore(REDIS_URL, RP_NAME) : openSqliteStore(DATA_DIR, RP_NAME);
const rp = createRelyingParty({ config, store, log });

const logoutTokens = `POST /${RP_NAME}/bclogout`;

const endpoints: Readonly<Record<string, Endpoint>> = {
  [`GET /${RP_NAME}/session`]: sessionJson,
  [`GET /${RP_NAME}/health`]: health,
};

const requestOf = (incoming: IncomingMessage): Request =>
  new Request(new URL(incoming.url ?? "", config.RP_BASE_URLS[0]), {
    method: incoming.method ?? "",
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  });

const server = createServer(async (incoming, outgoing) => {
  const asked = `${incoming.method} ${incoming.url}`;
  if (asked === logoutTokens)
    return answerPlainly(incoming, outgoing, (posted) => backchannelLogout(posted, rp));
  const endpoint = endpoints[asked];
  if (!endpoint) return void outgoing.writeHead(404).end();
  const response = await respondPlainly(requestOf(incoming), rp, endpoint);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
});
// Node writes its cache only where a process ends by itself; this one is killed.
server.listen(Number(process.argv[2]), "127.0.0.1", flushCompileCache);
