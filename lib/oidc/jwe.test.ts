import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { Checklist } from "./checklist.ts";
import { ProtocolError } from "./errors.ts";
import { decryptToken, type Encryption, encryptionAlgorithms, encryptionMethods, encryptTo } from "./jwe.ts";

async function newKey(alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), use: "enc" };
}

const publicPart = ({ kty, n, e, crv, x, y, kid }: JWK) => ({ kty, n, e, crv, x, y, kid }) as JWK;
const [rsa, ec] = [await newKey("RSA-OAEP"), await newKey("ECDH-ES")];
const keyFor = (alg: string) => (alg === "ECDH-ES" ? ec : rsa);
const checks = () => new Checklist("invalid_id_token", { encryption: "Core 3.1.3.7-1" });

const open = (jwe: string, registered: Encryption | undefined, keys: JWK[] = [rsa, ec]) =>
  decryptToken(jwe, { encryptions: registered ? [registered] : [], keys: async () => keys }, checks());

const refused = (reason: RegExp) => (error: unknown) =>
  error instanceof ProtocolError && reason.test(error.message) && error.verdicts[0]?.result === "fail";

describe("a decrypted token equals the encrypted one", () => {
  for (const alg of encryptionAlgorithms) {
    for (const enc of encryptionMethods) {
      test(`${alg} with ${enc}`, async () => {
        const jwe = await encryptTo(publicPart(keyFor(alg)), "a.signed.token", { alg, enc }, "JWT");
        assert.equal(jwe.split(".").length, 5);
        assert.ok(!jwe.includes("a.signed.token"));
        assert.equal(await open(jwe, { alg, enc }), "a.signed.token");
      });
    }
  }
});

describe("a token is refused", () => {
  const registered = { alg: "RSA-OAEP", enc: "A128GCM" };
  const sealed = (encryption = registered, key = rsa) =>
    encryptTo(publicPart(key), "a.signed.token", encryption);

  test("with another algorithm or method than the registered ones", async () => {
    for (const other of [
      { ...registered, alg: "RSA1_5" },
      { ...registered, enc: "A256GCM" },
    ]) {
      await assert.rejects(open(await sealed(other), registered), refused(/is not the registered one/));
    }
  });

  test("if no encryption is registered", async () => {
    await assert.rejects(open(await sealed(), undefined), refused(/no encryption is registered/));
  });

  test("for another key, whatever its kid", async () => {
    const stranger = { ...(await newKey("RSA-OAEP")), kid: rsa.kid as string };
    for (const alg of ["RSA-OAEP", "RSA1_5"]) {
      const jwe = await sealed({ ...registered, alg }, stranger);
      await assert.rejects(open(jwe, { ...registered, alg }), refused(/cannot be decrypted/));
    }
  });

  test("with any part changed", async () => {
    for (const alg of ["RSA-OAEP", "RSA1_5"]) {
      const parts = (await sealed({ ...registered, alg })).split(".");
      for (const index of [1, 2, 3, 4]) {
        const changed = parts.map((part, at) => (at === index ? flipped(part) : part)).join(".");
        await assert.rejects(open(changed, { ...registered, alg }), refused(/cannot be decrypted/));
      }
    }
  });

  test("with five meaningless parts", async () => {
    await assert.rejects(open("a.b.c.d.e", registered), refused(/is not the registered one/));
  });
});

const flipped = (part: string) => (part.startsWith("A") ? `B${part.slice(1)}` : `A${part.slice(1)}`);
