/** An app that is killed a hundred times at random moments, while logout tokens arrive at 64 connections: what it has
 * answered holds after the restart. SQLite; redis-faults.redis-test.ts has Redis. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { freePort } from "#lib/net/free-port.ts";
import { type Program, type RpProcess, startRp } from "../support/rp-process.ts";
import { type Asked, ask, respondTo } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";
import { randomFrom, seed } from "./random.ts";
import { Trial } from "./trial.ts";
import { settingsOf, signInMany, type User } from "./users.ts";

/** Who can be logged out: more than the first load needs, and than the others need on average. */
const usersFor = (kills: number) => 200 + 100 * kills;

const issuer = await TestIssuer.start();
after(() => issuer.down());

/** Starts an app with its users, and kills it so many times. */
async function survives(program: Program, kills: number, seed: number) {
  const data = mkdtempSync(join(tmpdir(), "kills-"));
  after(() => rmSync(data, { recursive: true }));
  const port = await freePort();
  const settings = settingsOf(issuer, data, [port]);
  const leaving = await signInMany(settings, usersFor(kills), "leaving");
  const staying = await signInMany(settings, 20, "staying");
  const rp = await startRp(settings, "playground2", port, 200, program);
  after(() => rp.stop());
  const clientSecret = settings.CLIENT_SECRET;
  const random = randomFrom(seed);
  const trial = new Trial({ issuer, clientSecret, bases: [rp.base], leaving, staying, random });
  for (let n = 0; n < kills; n++) {
    const asked = program === "served" ? await ask(issuer, rp) : undefined;
    const ended = await trial.run({ strike: () => rp.kill(), recover: () => rp.restart() });
    if (asked && ended[0]) await assertOvertaken(asked, rp, ended[0]);
  }
  await trial.end();
  return trial.counts;
}

/** A login that began before the logout of its session still comes too late. */
async function assertOvertaken(asked: Asked, rp: RpProcess, { sub, sid }: User): Promise<void> {
  const id_token = await issuer.sign(issuer.idClaims({ nonce: asked.nonce, sub, sid }));
  const late = await respondTo(asked, issuer, rp, { id_token });
  assert.match(late.text, /The session ended while you were signing in/);
}

describe("an app killed at random moments under load loses no logout that it answered", {
  timeout: 900_000,
  concurrency: true,
}, () => {
  for (const [n, [program, kills]] of (
    [
      ["bare", 45],
      ["bare", 45],
      ["served", 10],
    ] as const
  ).entries()) {
    test(`${kills} times, ${program}`, { timeout: 900_000 }, async (t) => {
      t.diagnostic(`SEED=${seed}`);
      const counts = await survives(program, kills, seed + n);
      t.diagnostic(JSON.stringify(counts));
      assert.equal(counts.faults, kills);
      assert.ok(
        counts.answered >= kills && counts.unanswered >= kills,
        "kills came in the middle of answers",
      );
    });
  }
});
