/** The core as the benchmark measures it: it makes all checks, and really ends the sessions. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { badKinds } from "#lib/oidc/testing/bad-logout-tokens.ts";
import { root } from "#lib/prepare/step.mjs";
import { cpuSeconds } from "../measure/cpu.ts";
import { mintTokens, startIssuer } from "./issuer.ts";
import { core } from "./own.ts";
import { probe } from "./probe.ts";

const issuer = await startIssuer();
const scratch = mkdtempSync(join(tmpdir(), "bench-test-"));
const sessions = 31;
const setting = { issuer, sessions, scratch, say: () => undefined };
const running = await core({ name: "this one", root }).start(setting);
const tokens = await mintTokens(issuer, 0, sessions - 1);

after(async () => {
  await running.stop();
  issuer.close();
  rmSync(scratch, { recursive: true });
});

test("it refuses every kind of bad token, and remembers jti", async () => {
  const probed = await probe(running.url ?? "", issuer, sessions - 1);
  assert.deepEqual(probed, { refused: badKinds.length, kinds: badKinds.length, remembersJti: true });
});

test("each token of a round ends its session and no other", async () => {
  const before = cpuSeconds(running.pid);
  const hour = 3_600_000;
  const round = await running.round(tokens.slice(0, 20).values(), hour);
  assert.equal(round.answered, 20);
  assert.equal(round.failed, 0);
  assert.ok(cpuSeconds(running.pid) > before, "its CPU time is counted");
  assert.equal(await running.problem?.(20), undefined);
});

test("a session that should have ended, or should not, is noticed", async () => {
  assert.equal(
    await running.problem?.(21),
    "of 21 sessions with a logout token 20 have ended, of 9 others 0",
  );
  assert.equal(
    await running.problem?.(19),
    "of 19 sessions with a logout token 19 have ended, of 11 others 1",
  );
});

test("a refused token counts as a failure, with its status", async () => {
  const round = await running.round([tokens[0] as string, "garbage"].values(), 1000);
  assert.deepEqual([round.answered, round.failed, round.failure], [0, 2, "400"]);
});
