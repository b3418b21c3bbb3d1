/** The same model as SQLite, on a real Redis, whose own clock expires keys. */
import { after, test } from "node:test";
import { holds } from "#lib/net/testing/property.ts";
import { agreesWithModel } from "../testing/logout-model.ts";
import { startRedis } from "../testing/redis-server.ts";
import { openRedisStore } from "./store.ts";

const redis = await startRedis(["--appendfsync", "no"]);
after(() => redis.stop());

test("for every order of logins, logouts and renewals, Redis ends exactly the sessions that the model ends", (t) =>
  holds(
    t,
    agreesWithModel(() => openRedisStore(redis.url, `app-${crypto.randomUUID()}`), false),
    { ms: 4000 },
  ));
