import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createLog } from "#lib/log.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { createEventLog } from "./event-log.ts";

test("an event keeps a whole logout token, and the beginning of a longer text", async () => {
  const store = openSqliteStore(":memory:", "app");
  after(() => store.close());
  const log = createLog({ name: "app", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const record = createEventLog(store, log, Date.now);
  const received = { token: "t".repeat(8192), sessionIds: Array.from({ length: 1000 }, (_, n) => `${n}`) };
  const refused = { code: "invalid_logout_token" as const, verdicts: [] };
  await record({ type: "logout_token", data: { ...refused, error: "e".repeat(250_000), received } });
  const [event] = await store.listEvents("logout_token", 1);
  assert.deepEqual(event?.data, { ...refused, error: `${"e".repeat(8192)}…`, received });
});
