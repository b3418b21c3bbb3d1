/** The core behind a bare `node:http` server. BENCH_ROOT is the build that it comes from, PORT where it listens; the other
 * variables are those of an app. */
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { BENCH_ROOT = "", PORT, REDIS_URL } = process.env;
const fileOf = (name: string) => path.join(BENCH_ROOT, "lib", name);
const load = async (name: string) => import(pathToFileURL(fileOf(name)).href);

const { parseRpConfig } = await load("config/rp-config.ts");
const { createLog } = await load("log.ts");
const { backchannelLogout } = await load("rp/endpoints/backchannel-logout.ts");
const { createRelyingParty } = await load("rp/relying-party.ts");

const config = parseRpConfig(process.env);
const log = createLog({ ...config, name: config.RP_NAME });
const store = REDIS_URL
  ? (await load("store/redis/store.ts")).openRedisStore(REDIS_URL, config.RP_NAME)
  : (await load("store/sqlite/store.ts")).openSqliteStore(config.DATA_DIR, config.RP_NAME);
const rp = createRelyingParty({ config, log, store });

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A revision before `node-http.ts` takes a Request. */
const answer: Answer = existsSync(fileOf("rp/node-http.ts")) ? await plainly() : viaRequest;

async function plainly(): Promise<Answer> {
  const { answerPlainly } = await load("rp/node-http.ts");
  return (request, response) =>
    answerPlainly(request, response, (plain: unknown) => backchannelLogout(plain, rp));
}

async function viaRequest(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = { "content-type": incoming.headers["content-type"] ?? "" };
  const request = new Request("http://rp/bclogout", {
    method: "POST",
    headers,
    body: Buffer.concat(chunks).toString(),
  });
  const response: Response = await backchannelLogout(request, rp);
  const body = await response.text();
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    "content-length": Buffer.byteLength(body),
  });
  outgoing.end(body);
}

createServer((request, response) => {
  if (request.method !== "POST") response.writeHead(405).end();
  else void answer(request, response);
}).listen(Number(PORT), "127.0.0.1");
