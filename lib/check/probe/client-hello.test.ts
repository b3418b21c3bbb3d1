import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect, type SecureVersion } from "node:tls";
import { offeredVersions } from "./client-hello.ts";

describe("the versions that a TLS client offers", () => {
  const server = createServer();
  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  after(() => server.close());

  /** The ClientHello of a client with these versions. */
  async function helloOf(minVersion: SecureVersion, maxVersion: SecureVersion): Promise<Buffer> {
    const came = once(server, "connection") as Promise<[Socket]>;
    const { port } = server.address() as AddressInfo;
    // OpenSSL offers old versions only at security level 0.
    const ciphers = "DEFAULT:@SECLEVEL=0";
    const client = connect({ host: "127.0.0.1", port, minVersion, maxVersion, ciphers });
    client.on("error", () => undefined);
    const [socket] = await came;
    const [bytes] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    client.destroy();
    return bytes;
  }

  const ranges: [min: SecureVersion, max: SecureVersion, offered: string[]][] = [
    ["TLSv1.2", "TLSv1.3", ["TLS 1.2", "TLS 1.3"]],
    ["TLSv1.3", "TLSv1.3", ["TLS 1.3"]],
    ["TLSv1", "TLSv1.3", ["TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"]],
    ["TLSv1.2", "TLSv1.2", ["TLS 1.2"]],
    ["TLSv1", "TLSv1.1", ["TLS 1.1"]],
  ];
  for (const [min, max, offered] of ranges) {
    it(`are ${offered.join(", ")} of one from ${min} to ${max}`, async () => {
      assert.deepEqual(offeredVersions(await helloOf(min, max)), offered);
    });
  }

  it("are unknown until the ClientHello is complete", async () => {
    const hello = await helloOf("TLSv1.2", "TLSv1.3");
    for (const length of [0, 1, 4, 5, 60, hello.length - 1])
      assert.equal(offeredVersions(hello.subarray(0, length)), undefined, String(length));
    assert.equal(offeredVersions(Buffer.concat([hello, Buffer.from("more")]))?.length, 2);
  });

  it("do not include GREASE", async () => {
    const hello = await helloOf("TLSv1.2", "TLSv1.3");
    const at = hello.indexOf(Buffer.from("002b0005040304", "hex"));
    assert.notEqual(at, -1, "the extension with 1.3 and 1.2");
    hello.write("7a7a", at + 5, "hex"); // instead of 1.3
    assert.deepEqual(offeredVersions(hello), ["TLS 1.2"]);
  });

  it("are none if the bytes are not a ClientHello, or a truncated one", () => {
    const cut = Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0]);
    for (const bytes of [Buffer.from("GET / HTTP/1.1\r\n"), Buffer.from([22, 3, 1, 0, 1, 2]), cut])
      assert.deepEqual(offeredVersions(bytes), []);
  });
});
