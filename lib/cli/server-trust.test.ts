/** Which certificates `slo-playground register` trusts, at real https servers with certificates made here. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { parseEnv } from "node:util";
import { generate } from "selfsigned";
import { loadCertificate, type TlsFiles } from "#lib/op/tls.ts";
import { startWso2, type Wso2 } from "#lib/products/wso2/testing/stand-in.ts";
import { runProgram } from "./testing/program.ts";

const folder = mkdtempSync(path.join(tmpdir(), "trust-"));
const file = (name: string) => path.join(folder, name);

async function register(issuer: string, ...flags: string[]) {
  const at = ["--driver", "wso2", "--issuer", issuer, "--admin", "admin:admin", "--app", "playground2"];
  const program = runProgram(["lib/register/main.ts", ...at, "--data", folder, ...flags]);
  return { code: await program.ended, output: program.output() };
}

describe("slo-playground register at a server with a self-signed certificate", () => {
  let tls: TlsFiles;
  let server: Wso2;
  before(async () => {
    tls = await loadCertificate(":memory:");
    server = await startWso2({ tls });
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("refuses it by default, and says what to do", async () => {
    const { code, output } = await register(server.issuer);
    assert.equal(code, 2);
    assert.match(
      output,
      /^No discovery document at .*: its certificate is self-signed, and not trusted; .*--ca FILE.*\n$/,
    );
    assert.equal(server.asked.length, 0);
  });

  it("trusts it on first use, prints its fingerprint, and keeps it for the apps", async () => {
    const pem = file("first.pem");
    const { code, output } = await register(server.issuer, "--trust-first-use", pem, "--env-dir", folder);
    assert.equal(code, 0, output);
    const { fingerprint256 } = new X509Certificate(tls.cert);
    assert.ok(
      output.includes(
        `Trusted on first use: the certificate of ${server.origin}, SHA-256 ${fingerprint256}.`,
      ),
      output,
    );
    assert.equal(new X509Certificate(readFileSync(pem)).fingerprint256, fingerprint256);
    assert.equal(parseEnv(readFileSync(file("playground2.env"), "utf8")).CA_FILE, pem);

    const second = await register(server.issuer, "--trust-first-use", pem);
    assert.equal(second.code, 0, second.output);
    assert.doesNotMatch(second.output, /Trusted on first use/);
  });

  it("does not trust another certificate later", async () => {
    const pem = file("replaced.pem");
    await register(server.issuer, "--trust-first-use", pem);
    const kept = readFileSync(pem, "utf8");
    const impostor = await startWso2({ tls: await loadCertificate(":memory:") });
    const { code, output } = await register(impostor.issuer, "--trust-first-use", pem);
    await impostor.close();
    assert.equal(code, 2, output);
    assert.match(
      output,
      /^Trusted: the certificate saved in .* at first use; delete the file if the server has a new one\.\nNo discovery document at .*certificate.*\n$/,
    );
    assert.equal(impostor.asked.length, 0, "no password went there");
    assert.equal(readFileSync(pem, "utf8"), kept);
  });

  it("takes the certificate as a file", async () => {
    writeFileSync(file("ca.pem"), tls.cert);
    const { code, output } = await register(server.issuer, "--ca", file("ca.pem"));
    assert.equal(code, 0, output);
    assert.match(output, /as client playground2: unchanged\./);
  });

  it("says in one line what is wrong with the file of --ca", async () => {
    writeFileSync(file("no.pem"), "certificate");
    const [absent, broken] = [
      await register(server.issuer, "--ca", file("absent.pem")),
      await register(server.issuer, "--ca", file("no.pem")),
    ];
    assert.deepEqual([absent.code, broken.code], [2, 2]);
    assert.match(absent.output, /^--ca: \S+absent\.pem cannot be read: .*\n$/);
    assert.match(broken.output, /^--ca: \S+no\.pem holds no certificate in PEM format\.\n$/);
  });

  it("refuses a certificate for another host, even on first use", async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "elsewhere" }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "elsewhere.example" }] }],
    });
    const elsewhere = await startWso2({ tls: { cert, key } });
    const { code, output } = await register(elsewhere.issuer, "--trust-first-use", file("elsewhere.pem"));
    await elsewhere.close();
    assert.equal(code, 2, output);
    assert.match(
      output,
      /^The certificate of https:\S+ is for DNS:elsewhere\.example, not for localhost; .*\n$/,
    );
    assert.equal(elsewhere.asked.length, 0);
    assert.ok(!existsSync(file("elsewhere.pem")));
  });

  it("saves nothing from a server without TLS", async () => {
    const plain = await startWso2();
    const { code, output } = await register(
      plain.issuer.replace("http:", "https:"),
      "--trust-first-use",
      file("none.pem"),
    );
    await plain.close();
    assert.equal(code, 2);
    assert.match(output, /^No certificate at localhost:\d+: it speaks http, not https\.\n$/);
    assert.ok(!existsSync(file("none.pem")));
  });
});
