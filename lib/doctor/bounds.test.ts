/** The doctor's limits, whatever an OP sends. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { quoted } from "./finding.ts";
import { maxRequests } from "./prober.ts";
import { type PatientOp, patientOp, redirect } from "./testing/patient-op.ts";

let op: PatientOp;
let other: PatientOp;
beforeEach(async () => {
  op = await patientOp();
  other = await patientOp();
});
afterEach(() => Promise.all([op.close(), other.close()]));

describe("the doctor", () => {
  it("sends requests to other hosts only if the issuer vouches for them", async () => {
    const elsewhere = { jwks_uri: `${other.origin}/jwks`, token_endpoint: `${other.origin}/token` };
    op.metadata = { ...elsewhere, issuer: `${op.issuer}/` };
    const refused = await op.examine();
    assert.equal(other.requests.length, 0);
    assert.match(
      refused.jwks?.found ?? "",
      /no request was sent to .*, because the issuer has not vouched for it/,
    );
    op.metadata = elsewhere;
    await op.examine();
    assert.ok(other.requests.includes("/jwks"));
  });

  it("follows no redirect", async () => {
    op.authorize = (_, response) => redirect(response, `${op.origin}/followed`, {});
    op.logout = (_, response) => redirect(response, `${op.origin}/followed`, {});
    await op.examine();
    assert.ok(!op.requests.includes("/followed"));
  });

  it("stops at its limit of requests, and says so", async () => {
    const more = Array.from({ length: 20 }, (_, index) => `${op.origin}/a${index}/playground2`);
    const baseUrls: [string, ...string[]] = [`${op.origin}/playground2`, ...more];
    const findings = await op.examine({ app: { name: "playground2", baseUrls } });
    assert.equal(op.requests.length, maxRequests);
    assert.match(JSON.stringify(findings), /the limit of 20 for one examination is reached/);
  });

  it("waits no longer than five seconds for an answer", async () => {
    op.token = () => undefined; // never answers
    const begun = performance.now();
    const findings = await op.examine();
    assert.match(findings["client-secret"]?.found ?? "", /no answer within 5 s/);
    assert.ok(performance.now() - begun < 9000);
  });

  it("does not let an OP send commands to a terminal or flood it", async () => {
    op.metadata = { issuer: `http://evil\u001b[2J\u202e${"x".repeat(5000)}` };
    const { issuer } = await op.examine();
    for (const control of ["\u001b", "\u202e"]) assert.ok(!issuer?.found.includes(control));
    assert.ok((issuer?.found.length ?? 0) < 600);
    assert.equal(quoted("a\r\nb"), "a b");
  });
});
