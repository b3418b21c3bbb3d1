import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { generate } from "selfsigned";
import { readCertificates } from "./certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "certificates-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const read = (path: string) => readCertificates(path, (why) => new RangeError(`--ca ${why}`));
const certificate = async (name: string) =>
  (await generate([{ name: "commonName", value: name }])).cert.trim();

describe("a file of certificates", () => {
  test("may hold several, and words between them", async () => {
    const [one, other] = [await certificate("one"), await certificate("other")];
    const windows = other.replaceAll("\n", "\r\n");
    const found = read(file("chain.pem", `# of the staging OP\n${one}\n\nand its authority\n${windows}\n`));
    assert.deepEqual(found, [one, windows]);
  });

  const broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const refused: [name: string, path: string, why: string][] = [
    ["that is not there", join(folder, "absent.pem"), "cannot be read: there is no such file."],
    ["that is a folder", folder, "cannot be read: EISDIR: illegal operation on a directory, read."],
    ["that is empty", file("empty.pem", ""), "holds no certificate in PEM format."],
    ["with half a certificate", file("broken.pem", broken), "holds no certificate in PEM format."],
  ];
  for (const [name, path, why] of refused) {
    test(`${name} is refused with the caller's error`, () => {
      assert.throws(() => read(path), { name: "RangeError", message: `--ca ${path} ${why}` });
    });
  }
});
