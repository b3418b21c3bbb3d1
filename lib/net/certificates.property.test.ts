import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { generate } from "selfsigned";
import { readCertificates } from "./certificates.ts";
import { holds, oddText } from "./testing/property.ts";

const folder = mkdtempSync(join(tmpdir(), "certificates-"));
after(() => rmSync(folder, { recursive: true }));
const pems = await Promise.all(
  ["one", "other"].map(async (value) => (await generate([{ name: "commonName", value }])).cert.trim()),
);

/** The certificate with one character of its content replaced. */
const damaged = fc
  .tuple(fc.constantFrom(...pems), fc.nat(), fc.constantFrom("A", "/", "=", "!", " "))
  .map(([pem, at, character]) => {
    const place = 28 + (at % (pem.length - 54));
    return pem.slice(0, place) + character + pem.slice(place + 1);
  });

test("for every file, its certificates are trusted as they are, or the file is refused as a whole", (t) => {
  const part = fc.oneof(
    fc.constantFrom(...pems),
    damaged,
    oddText(),
    fc.constantFrom("-----BEGIN CERTIFICATE-----"),
  );
  return holds(
    t,
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const file = join(folder, "ca.pem");
      writeFileSync(file, parts.join("\n"));
      try {
        const found = readCertificates(file, (why) => new RangeError(why));
        assert.ok(found.length > 0);
        for (const pem of found) assert.ok(new X509Certificate(pem) && parts.join("\n").includes(pem));
        const whole = parts.filter((each) => pems.includes(each));
        for (const pem of whole) assert.ok(found.includes(pem) || parts.length > whole.length);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        assert.equal(error.message, `${file} holds no certificate in PEM format.`);
        assert.ok(parts.length === 0 || parts.some((each) => !pems.includes(each)));
      }
    }),
  );
});
