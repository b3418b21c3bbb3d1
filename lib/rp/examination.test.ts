/** POST /examine: who may run the checks, how often, and what is kept. */
import assert from "node:assert/strict";
import { after, afterEach, beforeEach, describe, it } from "node:test";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { type PatientOp, patientOp, secret } from "#lib/doctor/testing/patient-op.ts";
import { createLog } from "#lib/log.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { runChecks } from "./endpoints/examine.ts";
import { lastExamination } from "./examination.ts";
import { createRelyingParty, type RelyingParty } from "./relying-party.ts";

let op: PatientOp;
let rp: RelyingParty;
let base: string;
const store = openSqliteStore(":memory:", "playground2");
after(() => store.close());
beforeEach(async () => {
  op = await patientOp();
  base = `${op.origin}/playground2`;
  const config = parseRpConfig({
    RP_NAME: "playground2",
    RP_BASE_URLS: base,
    RP_SECRET: "s".repeat(32),
    OP_ISSUER: op.issuer,
    CLIENT_ID: "playground2",
    CLIENT_SECRET: secret,
  });
  const log = createLog({ name: "playground2", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  rp = createRelyingParty({ config, store, log });
});
afterEach(() => op.close());

function press(origin = op.origin): Promise<Response> {
  const headers = new Headers({ host: new URL(base).host, origin });
  return runChecks(new Request(`${base}/examine`, { method: "POST", headers }), rp);
}

describe("POST /examine", () => {
  it("keeps what was found, of the configured client, and leads back to the page", async () => {
    const answer = await press();
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get("location"), `${base}/doctor`);
    const { findings = [], at } = (await lastExamination(rp)) ?? {};
    assert.ok(at);
    assert.equal(findings.find(({ check }) => check === "client-secret")?.result, "ok");
    assert.ok(!JSON.stringify(findings).includes(secret));
  });

  it("runs once for concurrent requests, and again for a later one", async () => {
    const discoveries = () => op.requests.filter((path) => path.endsWith("openid-configuration")).length;
    const answers = await Promise.all([press(), press(), press()]);
    for (const { status } of answers) assert.equal(status, 303);
    assert.equal(discoveries(), 1);
    await press();
    assert.equal(discoveries(), 2);
  });

  it("does nothing for a form of another site", async () => {
    await assert.rejects(
      press("https://evil.example"),
      (error) => error instanceof ProtocolError && error.code === "forbidden_origin",
    );
    assert.deepEqual(op.requests, []);
  });
});
