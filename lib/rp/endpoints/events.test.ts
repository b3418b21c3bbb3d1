/** GET /events: timing and closed connections. A contract test covers its content over HTTP. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { createLog } from "#lib/log.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { createRelyingParty, type RelyingParty } from "../relying-party.ts";
import { sessionCookie } from "../session/session-cookie.ts";
import { sessionEvents } from "./events.ts";

const base = "http://localhost:8082/playground2";

/** An app with one browser's session. */
async function app(): Promise<{
  rp: RelyingParty;
  sessionId: string;
  ask: (signal: AbortSignal) => Request;
}> {
  const config = parseRpConfig({
    RP_NAME: "playground2",
    RP_BASE_URLS: base,
    RP_SECRET: "s".repeat(32),
    OP_ISSUER: "http://localhost:9443/oauth2/token",
  });
  const log = createLog({ name: "app", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const rp = createRelyingParty({ config, log, store: openSqliteStore(":memory:", "app") });
  const sessionId = crypto.randomUUID();
  await rp.store.saveForm(sessionId, { values: {}, errors: {} }, rp.now());
  const [cookie = ""] = (await sessionCookie(sessionId, base, rp)).split(";");
  return { rp, sessionId, ask: (signal) => new Request(`${base}/events`, { headers: { cookie }, signal }) };
}

test("a silent stream is kept alive, until the browser closes it", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { rp, sessionId, ask } = await app();
  const end = new AbortController();
  const { body } = await sessionEvents(ask(end.signal), rp);
  const reader = (body as ReadableStream).pipeThrough<string>(new TextDecoderStream()).getReader();
  const next = async () => (await reader.read()).value;
  assert.equal(await next(), "retry: 2000\n\n");
  assert.match((await next()) ?? "", /^id: none\nevent: session\ndata: \{"user":null,/);
  assert.equal(await next(), "event: requests\ndata: 0\n\n");
  for (let n = 0; n < 3; n++) {
    t.mock.timers.tick(15_000);
    assert.match((await next()) ?? "", /^:.*\n\n$/, "a comment, which no listener hears");
  }
  end.abort();
  assert.equal((await reader.read()).done, true);
  t.mock.timers.tick(60_000);
  await rp.store.deleteSession(sessionId); // would throw if anything still listened
});

test("fifty streams read the record of logout requests once for all, when some have come together", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const { rp, ask } = await app();
  const end = new AbortController();
  const streams = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const { body } = await sessionEvents(ask(end.signal), rp);
      const reader = (body as ReadableStream).pipeThrough<string>(new TextDecoderStream()).getReader();
      for (let opening = 0; opening < 3; opening++) await reader.read();
      return reader;
    }),
  );
  const list = t.mock.method(rp.store, "listEvents");
  const heard = streams.map(async (reader) => (await reader.read()).value);
  for (let n = 0; n < 3; n++)
    await rp.record({ type: "frontchannel_logout_unverified", data: { sessions: 0 } });
  assert.equal(list.mock.callCount(), 0, "not for each request");
  t.mock.timers.tick(250);
  assert.deepEqual(new Set(await Promise.all(heard)), new Set(["event: requests\ndata: 3\n\n"]));
  const types = list.mock.calls.map((call) => call.arguments[0]);
  assert.equal(new Set(types).size, types.length, `each type once: ${types}`);
  end.abort();
});

test("a store that fails ends the stream and nothing else: the browser asks again", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { rp, ask } = await app();
  const { body } = await sessionEvents(ask(new AbortController().signal), {
    ...rp,
    store: Object.assign(Object.create(rp.store), {
      readSession: failingAfter(1, (id: string, now: number) => rp.store.readSession(id, now)),
      onSessionChange: () => () => {},
    }),
  });
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  while (!(await reader.read()).done);
  t.mock.timers.tick(60_000); // a keep-alive into the closed stream would throw
});

function failingAfter<A extends unknown[], R>(good: number, work: (...args: A) => Promise<R>) {
  let calls = 0;
  return async (...args: A): Promise<R> => {
    calls += 1;
    if (calls > good) throw new Error("the store is gone");
    return work(...args);
  };
}

test("a browser that has gone before the stream began leaves nothing behind", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { rp, ask } = await app();
  const { body } = await sessionEvents(ask(AbortSignal.abort()), rp);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  while (!(await reader.read()).done);
});
