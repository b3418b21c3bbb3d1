/** 10,000 logout tokens at 64 connections, a quarter of them bad, while fifty pages listen. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { freePort } from "#lib/net/free-port.ts";
import { badLogoutTokens } from "../support/bad-logout-tokens.ts";
import { type Event, listen } from "../support/event-stream.ts";
import { sendToken } from "../support/logout-requests.ts";
import { startRp } from "../support/rp-process.ts";
import { TestIssuer } from "../support/test-issuer.ts";
import { Connections, withEach } from "./connections.ts";
import { inspectable, usedHeap } from "./heap.ts";
import { randomFrom, seed, shuffled } from "./random.ts";
import { browserOf, settingsOf, signInMany, type User } from "./users.ts";

/** The load comes in equal parts, of which the first fills what an app keeps: 500 records of each kind, code, caches. */
const parts = 4;
const good = 7500 / parts;
/** Good ones that two connections send at the same time: one of them is a replay. */
const twins = 40;
const bad = 2500 / parts - twins;
/** Of the heap, in MiB, by 7,500 tokens: it varies by half of that. A kilobyte kept of each would be 7. */
const mostGrowth = 7;
/** Streams of users who are logged out, and of those who are not. */
const [ending, lasting] = [40, 10];

const data = mkdtempSync(join(tmpdir(), "load-"));
const issuer = await TestIssuer.start();
const port = await freePort();
const settings = settingsOf(issuer, data, [port]);
const leaving = await signInMany(settings, good * parts, "leaving");
const staying = await signInMany(settings, 100, "staying");
const rp = await startRp({ ...settings, ...inspectable }, "playground2", port);
after(async () => {
  await rp.stop();
  await issuer.down();
  rmSync(data, { recursive: true });
});

interface Letter {
  token: string;
  /** `good`, `twin`, or what is wrong with it. */
  kind: string;
  /** The status of each, with the text of one that should not be. */
  answers: (number | string)[];
}

const wrong = Object.entries(badLogoutTokens(issuer, settings.CLIENT_SECRET));

/** The letters of one part of the load in a random order, twins side by side. */
async function write(part: number, random: () => number): Promise<Letter[]> {
  const logouts = leaving.slice(part * good, (part + 1) * good).map(async ({ sub, sid }, n) => ({
    token: await issuer.sign(issuer.logoutClaims({ sub, sid })),
    kind: n < twins ? "twin" : "good",
  }));
  const others = Array.from({ length: bad }, async (_, n) => {
    const [kind, make] = wrong[(part * bad + n) % wrong.length] as (typeof wrong)[number];
    const { sub, sid } = staying[n % staying.length] as User;
    return { token: await make({ sub, sid }), kind };
  });
  const written = await Promise.all([...logouts, ...others]);
  return shuffled(written, random).flatMap((each) => {
    const letter: Letter = { ...each, answers: [] };
    return letter.kind === "twin" ? [letter, letter] : [letter];
  });
}

/** Listens to the events of a user, and keeps those of the session. */
async function follow(user: User) {
  const stream = await listen(await browserOf(user, rp.base), rp);
  const seen: Event[] = [];
  /** Reads until this logout request, or a later one, is announced. */
  const readTo = async (request: number): Promise<void> => {
    for (;;) {
      const event = await stream.read();
      if (event.event === "session") seen.push(event);
      else if (Number(event.data) >= request) return;
    }
  };
  return { user, seen, readTo, stop: stream.stop };
}

async function sessionOf({ cookie }: User, connections: Connections) {
  const answer = await connections.get(`${rp.base}/session`, await cookie());
  return JSON.parse(answer?.text ?? "") as Record<string, string | null>;
}

describe("10,000 logout tokens", { timeout: 900_000 }, () => {
  const letters: Letter[] = [];
  const heap: number[] = [];
  let streams: Awaited<ReturnType<typeof follow>>[];

  before(async () => {
    const random = randomFrom(seed);
    process.stdout.write(`SEED=${seed}\n`);
    streams = await Promise.all([...leaving.slice(-ending), ...staying.slice(-lasting)].map(follow));
    for (let part = 0; part < parts; part++) {
      const written = await write(part, random);
      const connections = new Connections();
      await withEach(written, async (letter) => {
        const answer = await connections.postToken(rp.base, letter.token);
        const { status = 0, text } = answer ?? {};
        letter.answers.push(status === 200 || status === 400 ? status : `${status} ${text}`);
      });
      connections.close();
      letters.push(...new Set(written));
      heap.push(await usedHeap(rp));
    }
  });

  after(() => {
    for (const { stop } of streams) stop();
  });

  const answersTo = (isMeant: (letter: Letter) => boolean) =>
    new Set(letters.filter(isMeant).map(({ answers }) => answers.toSorted().join()));

  test("are answered 200 if they are good, 400 if they are bad or have come before", () => {
    assert.deepEqual(
      answersTo(({ kind }) => kind === "good"),
      new Set(["200"]),
    );
    assert.deepEqual(
      answersTo(({ kind }) => kind === "twin"),
      new Set(["200,400"]),
    );
    assert.deepEqual(
      answersTo(({ kind }) => !["good", "twin"].includes(kind)),
      new Set(["400"]),
    );
    assert.ok(new Set(letters.map(({ kind }) => kind)).size > 30);
    assert.equal(letters.flatMap(({ answers }) => answers).length, 10_000);
  });

  test("end the session of each good one once, and no other", async () => {
    const lines = rp.output().match(/Session invalidated successfully for sid: \S+/g) ?? [];
    const ended = lines.map((line) => line.split("sid: ")[1]);
    assert.deepEqual(ended.toSorted(), leaving.map(({ sid }) => sid).toSorted());
    const connections = new Connections();
    await withEach(staying, async (user) =>
      assert.equal((await sessionOf(user, connections)).user, user.sub),
    );
    await withEach(leaving.slice(0, 500), async (user) => {
      const { user: name, loggedOutBy } = await sessionOf(user, connections);
      assert.deepEqual([name, loggedOutBy], [null, "back-channel"]);
    });
    connections.close();
  });

  test("change each page once: of a user who is logged out", async () => {
    await sendToken(rp, "the last one");
    const late = await listen(await browserOf(staying[0] as User, rp.base), rp);
    const newest = Number((await late.next("requests")).data);
    late.stop();
    await Promise.all(streams.map(({ readTo }) => readTo(newest)));
    for (const [n, { user, seen }] of streams.entries()) {
      const shown = seen.map(({ data }) => data.user);
      assert.deepEqual(shown, n < ending ? [user.sub, null] : [user.sub]);
    }
  });

  test("leave nothing in memory: three more parts take no more than the first", (t) => {
    const mib = heap.map((bytes) => Math.round((bytes / 2 ** 20) * 10) / 10);
    t.diagnostic(`used heap in MiB after each part: ${mib.join(", ")}`);
    const [first = Number.NaN] = mib;
    assert.ok((mib.at(-1) ?? Number.NaN) < first + mostGrowth, `${mib}`);
  });
});
