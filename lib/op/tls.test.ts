import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { startOp } from "./server.ts";
import { certificateFile, keyFile } from "./tls.ts";

const log = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });

async function statusOf(url: string, ca: string): Promise<number | undefined> {
  const [response] = await once(get(url, { ca, agent: false }), "response");
  response.resume();
  return response.statusCode;
}

test("with OP_HTTPS the OP is on https, with a verifiable certificate that survives a restart", async () => {
  const directory = mkdtempSync(join(tmpdir(), "op-"));
  const config = parseOpConfig({ OP_HTTPS: "true", OP_PORT: "0", OP_DATA_DIR: directory });
  const certificates: string[] = [];
  for (let start = 0; start < 2; start++) {
    const op = await startOp(config, log);
    const ca = readFileSync(join(directory, certificateFile), "utf8");
    certificates.push(ca);
    assert.equal(op.issuer, `https://localhost:${op.port}/oauth2/token`);
    for (const host of ["localhost", "127.0.0.1"]) {
      const url = `https://${host}:${op.port}/oauth2/token/.well-known/openid-configuration`;
      assert.equal(await statusOf(url, ca), 200);
    }
    await op.close();
  }
  assert.equal(certificates[0], certificates[1]);
  assert.equal(statSync(join(directory, "https-key.pem")).mode & 0o077, 0);
  rmSync(directory, { recursive: true });
});

for (const name of ["certificate", "key"]) {
  test(`a damaged ${name} is named, with what to do`, async () => {
    const directory = mkdtempSync(join(tmpdir(), "op-"));
    const config = parseOpConfig({ OP_HTTPS: "true", OP_PORT: "0", OP_DATA_DIR: directory });
    await (await startOp(config, log)).close();
    const file = join(directory, name === "key" ? keyFile : certificateFile);
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 100));
    await assert.rejects(startOp(config, log), (error: Error) => {
      assert.equal(error.name, "ConfigError");
      assert.match(
        error.message,
        /https-cert\.pem and \S+https-key\.pem cannot be used \(.+\)\. Delete both/,
      );
      assert.ok(error.message.includes(file));
      return true;
    });
    rmSync(directory, { recursive: true });
  });
}
