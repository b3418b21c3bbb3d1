/** Fills the store of a build with sessions, or reads which of them have ended, as the first argument says. It runs in a
 * process of its own because another revision has its own schema.
 *
 * `fill COUNT`: sessions 0 to COUNT - 1. `ended N,N,…`: prints how many of these have no login. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Store } from "#lib/rp/store.ts";
import { sessionNumber } from "../sessions.ts";

const { BENCH_ROOT = "", RP_NAME, DATA_DIR, REDIS_URL, OP_ISSUER = "" } = process.env;
const load = async (name: string) => import(pathToFileURL(path.join(BENCH_ROOT, "lib/store", name)).href);
const store: Store = REDIS_URL
  ? (await load("redis/store.ts")).openRedisStore(REDIS_URL, RP_NAME)
  : (await load("sqlite/store.ts")).openSqliteStore(DATA_DIR, RP_NAME);

/** Sign-ins at a time. */
const concurrency = 32;

async function fill(count: number): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await store.beginSession(sessionNumber(next++, OP_ISSUER), undefined, Date.now());
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

async function countEnded(numbers: readonly number[]): Promise<number> {
  let ended = 0;
  for (const n of numbers) {
    const { sessionId } = sessionNumber(n, OP_ISSUER);
    if (!(await store.readSession(sessionId, Date.now()))?.login) ended++;
  }
  return ended;
}

const [work, argument = ""] = process.argv.slice(2);
if (work === "fill") await fill(Number(argument));
else process.stdout.write(`${await countEnded(argument.split(",").filter(Boolean).map(Number))}\n`);
await store.close();
