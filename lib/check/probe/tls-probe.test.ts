import assert from "node:assert/strict";
import { once } from "node:events";
import { type RequestOptions, request } from "node:https";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type TlsProbe, untrustedEndpoint } from "./tls-probe.ts";

describe("an untrusted endpoint", () => {
  let probe: TlsProbe;
  beforeEach(async () => {
    probe = await untrustedEndpoint(undefined);
  });
  afterEach(() => probe.close());

  /** @returns the status or the error */
  const posted = (options: RequestOptions = {}): Promise<number | string | undefined> =>
    new Promise((resolve) => {
      request(probe.uri, { method: "POST", agent: false, ...options }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", (error: NodeJS.ErrnoException) => resolve(error.code))
        .end("logout_token=x");
    });

  it("knows the offer of a client that aborts because of its certificate", async () => {
    assert.equal(await posted(), "DEPTH_ZERO_SELF_SIGNED_CERT");
    await probe.tried;
    assert.deepEqual([...probe.offered], ["TLS 1.2", "TLS 1.3"]);
    assert.deepEqual([probe.connections, probe.requests], [1, 0]);
  });

  it("accepts the request of a client that does not verify", async () => {
    assert.equal(await posted({ rejectUnauthorized: false, maxVersion: "TLSv1.2" }), 200);
    await probe.tried;
    assert.deepEqual([...probe.offered], ["TLS 1.2"]);
    assert.deepEqual([probe.connections, probe.requests], [1, 1]);
  });

  it("knows the offer of a client with which no handshake is possible", async () => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
    assert.equal(await posted({ rejectUnauthorized: false, ...old }), "EPROTO");
    await probe.tried;
    assert.deepEqual([...probe.offered], ["TLS 1.1"]);
    assert.equal(probe.requests, 0);
  });

  it("closes despite an idle connection", async () => {
    const { port } = new URL(probe.uri);
    const silent = connect(Number(port), "127.0.0.1");
    await once(silent, "connect");
    await Promise.all([probe.close(), once(silent.resume(), "close")]);
  });
});
