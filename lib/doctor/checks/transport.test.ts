/** TLS: certificates that are made here, one wrong in each way. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import tls from "node:tls";
import { generate } from "selfsigned";
import type { Finding } from "../finding.ts";
import { type PatientOp, patientOp } from "../testing/patient-op.ts";

const day = 24 * 60 * 60 * 1000;
const usual = tls.getCACertificates("default");

interface Wanted {
  names?: string[];
  /** In days from now. */
  from?: number;
  to?: number;
}

async function certificate({ names = ["localhost"], from = -1, to = 100 }: Wanted) {
  const made = await generate([{ name: "commonName", value: names[0] ?? "" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() + from * day),
    notAfterDate: new Date(Date.now() + to * day),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value })) },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** What is found at an OP with such a certificate. @param trusted whether this process trusts it */
async function found(wanted: Wanted, trusted: boolean): Promise<{ tls: Finding; discovery: Finding }> {
  const made = await certificate(wanted);
  const op: PatientOp = await patientOp(made);
  tls.setDefaultCACertificates(trusted ? [...usual, made.cert] : usual);
  try {
    const { tls: about, discovery } = await op.examine();
    assert.ok(about && discovery);
    return { tls: about, discovery };
  } finally {
    tls.setDefaultCACertificates(usual);
    await op.close();
  }
}

describe("a certificate", () => {
  it("that is trusted and valid: ok, with the days left", async () => {
    const { tls: about, discovery } = await found({}, true);
    assert.equal(about.result, "ok", about.found);
    assert.match(
      about.found,
      /trusted, signed by localhost, valid until \d{4}-\d\d-\d\d \((99|100) days left\)/,
    );
    assert.equal(discovery.result, "ok", discovery.found);
  });

  it("that is self-signed: a problem, and which file fixes it", async () => {
    const { tls: about, discovery } = await found({}, false);
    assert.equal(about.result, "problem");
    assert.match(about.found, /does not trust the certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
    assert.match(about.todo ?? "", /the certificate itself \(SHA-256 [0-9A-F:]{95}\).*CA_FILE.*--ca FILE/);
    assert.equal(discovery.result, "problem");
  });

  it("that has expired", async () => {
    const { tls: about } = await found({ from: -10, to: -2 }, true);
    assert.equal(about.result, "problem");
    assert.match(about.found, /expired on \d{4}-/);
  });

  it("that is not valid yet", async () => {
    const { tls: about } = await found({ from: 2 }, true);
    assert.equal(about.result, "problem");
    assert.match(about.found, /not valid before/);
  });

  it("that expires soon: a warning", async () => {
    const { tls: about } = await found({ to: 5 }, true);
    assert.equal(about.result, "warning");
    assert.match(about.found, /\([45] days left\)/);
  });

  it("that is for another name", async () => {
    const { tls: about } = await found({ names: ["idp.example", "www.idp.example"] }, true);
    assert.equal(about.result, "problem");
    assert.match(about.found, /is for DNS:idp\.example, DNS:www\.idp\.example, not for localhost/);
  });
});

describe("plain http", () => {
  it("is a problem if the issuer is on https", async () => {
    const made = await certificate({});
    const op = await patientOp(made);
    tls.setDefaultCACertificates([...usual, made.cert]);
    op.metadata = { token_endpoint: "http://localhost:1/token" };
    const { tls: about } = await op.examine();
    tls.setDefaultCACertificates(usual);
    await op.close();
    assert.equal(about?.result, "problem");
    assert.match(about.found, /issuer is on https, but http:\/\/localhost:1 is plain http/);
  });

  it("is a warning except on this machine, and sends no more requests", async () => {
    const op = await patientOp();
    op.metadata = { token_endpoint: "http://192.0.2.1/token", jwks_uri: undefined };
    const { tls: about } = await op.examine({ client: undefined });
    await op.close();
    assert.equal(about?.result, "warning");
    assert.match(about.found, /^http:\/\/192\.0\.2\.1 is plain http\.$/);
  });
});
