/** The OP of a run without `--issuer`, restarted by its driver. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { after, before, it } from "node:test";
import tls from "node:tls";
import type { DriverContext } from "#lib/products/driver.ts";
import { operationsBy } from "#lib/products/embedded/operations.ts";
import { type EmbeddedOp, startEmbeddedOp } from "./embedded-op.ts";

let op: EmbeddedOp;
before(async () => {
  op = await startEmbeddedOp();
  tls.setDefaultCACertificates([readFileSync(op.certificate, "utf8")]);
});
after(() => op.stop());

const context = {} as DriverContext;

async function kids(issuer: string): Promise<string[]> {
  const response = await fetch(new URL("/oauth2/jwks", issuer));
  const { keys } = (await response.json()) as { keys: { kid: string; use: string }[] };
  return keys.filter(({ use }) => use === "sig").map(({ kid }) => kid);
}

it("keeps its issuer and keys after a restart, and has additional keys after a rotation", async () => {
  const { restart, rotateKeys } = operationsBy(op.restart);
  const first = await kids(op.issuer);
  await restart(context);
  assert.deepEqual(await kids(op.issuer), first);
  await rotateKeys(context);
  const both = await kids(op.issuer);
  assert.deepEqual(both.slice(3), first);
  assert.equal(new Set(both).size, 6);
  await restart(context);
  assert.deepEqual(await kids(op.issuer), both, "one rotation is not repeated at the next start");
});

it("starts another issuer with the same certificate, which ends with it", async () => {
  const { issuer } = await op.another();
  assert.notEqual(issuer, op.issuer);
  const [own, others] = [await kids(op.issuer), await kids(issuer)];
  assert.ok(!others.some((kid) => own.includes(kid)));
  const folder = dirname(op.certificate);
  await op.stop();
  assert.equal(existsSync(folder), false);
  for (const each of [op.issuer, issuer]) await assert.rejects(kids(each), TypeError);
});
