/** An unavailable OpenID Provider, and invalid settings. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { startOp } from "#lib/op/server.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { startRp } from "../support/rp-process.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";

const { issuer, rp } = await appUnderTest();

describe("an OP that is down", () => {
  test("at start: the app starts, reports it in the log and on the page, and recovers", async () => {
    const late = await TestIssuer.start();
    await late.down();
    const app = await startRp({ OP_ISSUER: late.issuer });
    try {
      await app.printed(`The OpenID Provider ${late.issuer} cannot be used`);
      const page = await (await fetch(`${app.base}/oauth2`)).text();
      assert.match(page, /role="alert"[^>]*>The OpenID Provider/);
      await late.up();
      const recovered = await (await fetch(`${app.base}/oauth2`)).text();
      assert.ok(recovered.includes(`value="${late.origin}/authorize"`), "the endpoints are filled in");
      assert.doesNotMatch(recovered, /cannot be used/);
    } finally {
      await app.stop();
      await late.down();
    }
  });

  test("at logout: the page says that the user is still logged in, and a retry works", async () => {
    const browser = await signIn(issuer, rp);
    await issuer.down();
    const failed = await browser.post(`${rp.base}/logout`, {});
    await issuer.up();
    assert.equal(failed.status, 503);
    assert.match(failed.text, /You are still logged in/);
    assert.equal((await sessionOf(browser, rp)).user, "alice");
    assert.equal((await browser.post(`${rp.base}/logout`, {})).status, 303);
  });

  test("an OP whose discovery document has another issuer cannot be used", async () => {
    const app = await startRp({ OP_ISSUER: `${issuer.issuer}/` });
    try {
      await app.printed("cannot be used");
      assert.match(await (await fetch(`${app.base}/oauth2`)).text(), /exactly its issuer/);
    } finally {
      await app.stop();
    }
  });
});

test("an OP with a self-signed certificate is trusted only with CA_FILE", async () => {
  const directory = mkdtempSync(join(tmpdir(), "op-"));
  const log = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const op = await startOp(parseOpConfig({ OP_HTTPS: "true", OP_PORT: "0", OP_DATA_DIR: directory }), log);
  const app = await startRp({ OP_ISSUER: op.issuer, CA_FILE: join(directory, "https-cert.pem") });
  const form = async () => (await fetch(`${app.base}/oauth2`)).text();
  try {
    assert.ok((await form()).includes(`value="${op.origin}/oauth2/authorize"`));
    await app.restart({ CA_FILE: "" });
    assert.match(await form(), /cannot be used: .*self-signed certificate/);
  } finally {
    await app.stop();
    await op.close();
    rmSync(directory, { recursive: true });
  }
});

describe("an invalid setting", () => {
  const wrong: Record<string, { settings: Record<string, string>; says: RegExp[] }> = {
    "a short secret, no issuer, an unknown algorithm": {
      settings: { RP_SECRET: "short", OP_ISSUER: "", ID_TOKEN_SIGNED_RESPONSE_ALG: "none" },
      says: [
        /RP_SECRET: must have at least 32 characters/,
        /OP_ISSUER: is required/,
        /ID_TOKEN_SIGNED_RESPONSE_ALG/,
      ],
    },
    "a base URL of another app": {
      settings: { RP_BASE_URLS: "http://localhost/x" },
      says: [/RP_BASE_URLS: .* must end in \/playground2/],
    },
  };
  for (const [name, { settings, says }] of Object.entries(wrong)) {
    test(`stops the app with an error that names the setting and the fix: ${name}`, async () => {
      await assert.rejects(startRp({ OP_ISSUER: issuer.issuer, ...settings }), (error: Error) => {
        assert.match(error.message, /the app ended with 1/);
        for (const each of says) assert.match(error.message, each);
        return true;
      });
    });
  }
});
