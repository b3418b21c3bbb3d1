/** Floods of requests without a user: they end no other user's sign-in, and what is kept of them is bounded. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { AdapterPayload } from "oidc-provider";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { countEvery, limit } from "./store/bounds.ts";
import { OpStore } from "./store/op-store.ts";
import { authorizationUrl, logoutUrl, opUnderTest, responseOf, signIn } from "./testing/op-under-test.ts";

const data = mkdtempSync(join(tmpdir(), "flood-"));
const op = await opUnderTest(data);
after(async () => {
  await op.close();
  rmSync(data, { recursive: true, force: true });
});

const MiB = 1024 * 1024;
const stored = () => readdirSync(data).reduce((bytes, name) => bytes + statSync(join(data, name)).size, 0);

/** Requests these URLs, several at once, without cookies. */
async function flood(times: number, urlOf: (n: number) => string): Promise<Set<number>> {
  const statuses = new Set<number>();
  let next = 0;
  const worker = async () => {
    while (next < times) {
      const answer = await fetch(urlOf(next++), { redirect: "manual" });
      statuses.add(answer.status);
      await answer.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  return statuses;
}

test("1,000 anonymous requests end no sign-in that was begun before", async () => {
  const browser = new HttpBrowser();
  const page = await browser.follow(await browser.get(authorizationUrl(op, { client: "albums" })));
  const statuses = await flood(1000, (n) => authorizationUrl(op, { state: `${n}${"x".repeat(7000)}` }));
  assert.deepEqual([...statuses], [303]);
  const consent = await browser.follow(await browser.submit(page, { username: "alice", password: "alice" }));
  assert.ok(
    responseOf(await browser.follow(await browser.submit(consent, { consent: "allow" }))).has("code"),
  );
  assert.ok(stored() < 20 * MiB, `${stored()} bytes`);
});

test("a request that is too long is refused, by GET and by POST, with the reason", async () => {
  const browser = new HttpBrowser();
  await signIn(op, browser, "photos");
  const long = "x".repeat(9000);
  const [authorization, logout] = [authorizationUrl(op, { state: long }), logoutUrl(op, { state: long })];
  for (const url of [authorization, logout]) {
    const { origin, pathname, searchParams } = new URL(url);
    const posted = await browser.post(`${origin}${pathname}`, Object.fromEntries(searchParams));
    for (const { status, text } of [await browser.get(url), posted]) {
      assert.equal(status, 400);
      assert.match(text, /This request is too long\..*may have \d+ characters/s);
    }
  }
  const silent = await browser.get(authorizationUrl(op, { state: "x".repeat(7000), prompt: "none" }));
  assert.ok(responseOf(silent).has("code"), "the session goes on");
});

test("logouts without a user are bounded in bytes", { timeout: 600_000 }, async () => {
  const before = stored();
  const statuses = await flood(500, () => logoutUrl(op, { client_id: "photos", state: "x".repeat(4000) }));
  assert.deepEqual([...statuses], [200]);
  assert.ok(stored() - before < 8 * MiB, `${stored() - before} bytes`);
});

test("the store keeps the newest, and drops those without a user first", () => {
  const store = new OpStore(":memory:");
  after(() => store.close());
  const save = (model: string, id: string, payload: AdapterPayload, expiresIn: number) =>
    store.upsert(model, id, payload, expiresIn);
  const kept = (model: string, ...ids: string[]) => ids.filter((id) => store.find(model, id));

  save("Interaction", "of a user", { session: { uid: "u", accountId: "a" } } as AdapterPayload, 1);
  for (let n = 0; n < limit.interactions + countEvery; n++) save("Interaction", `i${n}`, {}, 100 + n);
  const [newest, last] = [`i${limit.interactions}`, "of a user"];
  assert.deepEqual(kept("Interaction", "i0", newest, last), [newest, last]);

  for (let n = 0; n < limit.interactionsOfSession; n++)
    save("Interaction", `u${n}`, { session: { uid: "u" } } as AdapterPayload, 100 + n);
  assert.deepEqual(kept("Interaction", last, "u0"), ["u0"]);

  for (let n = 0; n < limit.anonymousSessions + countEvery; n++)
    save("Session", `s${n}`, { uid: `a${n}` }, 100 + n);
  assert.deepEqual(kept("Session", "s0", "s100"), ["s100"]);

  for (let n = 0; n < limit.sessionsOfUser + countEvery; n++)
    save("Session", `alice${n}`, { uid: `alice${n}`, accountId: "alice" }, 1000 + n);
  const expired = store.expiredSessions(countEvery + 1);
  assert.ok(expired.includes("alice0"), "it ends by expiry, which notifies its apps");
  assert.ok(expired.length <= countEvery);
});
