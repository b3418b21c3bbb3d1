/** An OpenID Provider that is not there, settings that are wrong, and the logout request. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { startOp } from "#lib/op/server.ts";
import { HttpBrowser } from "#lib/testing/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { startRp } from "../support/rp-process.ts";
import { sessionOf, signIn } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";

const { issuer, rp } = await appUnderTest();

describe("an OP that is down", () => {
  test("at start: the app starts, says so in log and page, and recovers by itself", async () => {
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

  test("at logout: the page says that the user is still logged in, and a second try works", async () => {
    const browser = await signIn(issuer, rp);
    await issuer.down();
    const failed = await browser.post(`${rp.base}/logout`, {});
    await issuer.up();
    assert.equal(failed.status, 503);
    assert.match(failed.text, /You are still logged in/);
    assert.equal((await sessionOf(browser, rp)).user, "alice");
    assert.equal((await browser.post(`${rp.base}/logout`, {})).status, 303);
  });

  test("another issuer in the discovery document is an OP that cannot be used", async () => {
    const app = await startRp({ OP_ISSUER: `${issuer.issuer}/` });
    try {
      await app.printed("cannot be used");
      assert.match(await (await fetch(`${app.base}/oauth2`)).text(), /to the byte/);
    } finally {
      await app.stop();
    }
  });
});

test("an OP on https with its own certificate is trusted by CA_FILE, and not without", async () => {
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

describe("the logout request", () => {
  test("names the ID Token, the client and where to come back to, and its state is of this browser", async () => {
    const browser = await signIn(issuer, rp);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const { origin, pathname, searchParams } = new URL(location);
    assert.equal(origin + pathname, `${issuer.origin}/logout`);
    assert.equal(searchParams.get("client_id"), "playground2");
    assert.equal(searchParams.get("post_logout_redirect_uri"), `${rp.base}/logout`);
    assert.equal(searchParams.get("id_token_hint")?.split(".").length, 3);
    const state = searchParams.get("state") ?? "";
    const stranger = await new HttpBrowser().get(`${rp.base}/logout?state=${state}`);
    assert.equal(stranger.status, 400, "the state is of another browser");
    assert.equal(
      (await browser.get(`${rp.base}/logout?state=${state}`)).status,
      200,
      "and still this browser's to use",
    );
  });

  test("goes by POST, in a form that works without script, when it would not fit into a URL", async () => {
    const groups = Array.from({ length: 400 }, (_, n) => `group-number-${n}`);
    const browser = await signIn(issuer, rp, { groups });
    const answer = await browser.post(`${rp.base}/logout`, {});
    assert.equal(answer.status, 200);
    assert.match(answer.text, new RegExp(`action="${issuer.origin}/logout"`));
    assert.match(answer.text, /name="id_token_hint" value="eyJ[\w.-]{8000,}"/);
    assert.match(answer.text, /<button[^>]*type="submit"/);
  });

  test("an answer that nobody asked for leaves the session alone", async () => {
    const browser = await signIn(issuer, rp);
    for (const query of ["", "?state=", "?state=made-up"]) {
      const answer = await browser.get(`${rp.base}/logout${query}`);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /not the answer to a logout/);
    }
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("a declined logout leaves the session alone and says so; a reload says the same", async () => {
    const browser = await signIn(issuer, rp);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const back = `${rp.base}/logout?error=access_denied&state=${new URL(location).searchParams.get("state")}`;
    for (const time of ["first", "second"]) {
      const page = await browser.get(back);
      assert.equal(page.status, 200, time);
      assert.match(page.text, /You are still logged in/);
    }
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("is what the panel says: method, parameters, no hint, and a state that may come again", async () => {
    const browser = await signIn(issuer, rp);
    const chosen = {
      chosen: "yes",
      state: "state_1",
      logout_hint: "alice",
      ui_locales: "de",
      tenant_domain: "carbon.super",
    };
    for (const time of ["first", "second"]) {
      const { location = "" } = await browser.post(`${rp.base}/logout`, chosen);
      const { client_id, id_token_hint, ...sent } = Object.fromEntries(new URL(location).searchParams);
      assert.deepEqual([client_id, id_token_hint], [undefined, undefined], time);
      assert.deepEqual(sent, {
        state: "state_1",
        logout_hint: "alice",
        ui_locales: "de",
        tenant_domain: "carbon.super",
      });
      const back = await browser.get(`${rp.base}/logout?state=state_1&error=access_denied`);
      assert.match(back.text, /You are still logged in/);
    }
    const posted = await browser.post(`${rp.base}/logout`, { ...chosen, method: "POST", send_hint: "yes" });
    assert.match(posted.text, /name="id_token_hint" value="eyJ/);
    const wrong = await browser.post(`${rp.base}/logout`, { ...chosen, method: "PUT" });
    assert.equal(wrong.status, 400);
  });

  test("an error of the OP is told apart from a No", async () => {
    const browser = await signIn(issuer, rp);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const state = new URL(location).searchParams.get("state");
    const page = await browser.get(`${rp.base}/logout?error=server_error&state=${state}`);
    assert.match(page.text, /The OpenID Provider answered server_error/);
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("without a back channel, coming back is what ends the session", async () => {
    const browser = await signIn(issuer, rp);
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const page = await browser.get(`${rp.base}/logout?state=${new URL(location).searchParams.get("state")}`);
    assert.match(page.text, /You are logged out[\s\S]*Logged in user : <b[^>]*>null</);
    assert.equal((await sessionOf(browser, rp)).loggedOutBy, "rp-initiated");
  });
});

describe("a wrong setting", () => {
  const wrong: Record<string, { settings: Record<string, string>; says: RegExp }> = {
    "a short secret": {
      settings: { RP_SECRET: "short" },
      says: /RP_SECRET: must have at least 32 characters/,
    },
    "a base URL of another app": {
      settings: { RP_BASE_URLS: "http://localhost/x" },
      says: /RP_BASE_URLS: .* must end in \/playground2/,
    },
    "no issuer": { settings: { OP_ISSUER: "" }, says: /OP_ISSUER: is required/ },
    "an unknown algorithm": {
      settings: { ID_TOKEN_SIGNED_RESPONSE_ALG: "none" },
      says: /ID_TOKEN_SIGNED_RESPONSE_ALG/,
    },
  };
  for (const [name, { settings, says }] of Object.entries(wrong)) {
    test(`ends the start with its name and what to do: ${name}`, async () => {
      await assert.rejects(startRp({ OP_ISSUER: issuer.issuer, ...settings }), (error: Error) => {
        assert.match(error.message, /the app ended with 1/);
        assert.match(error.message, says);
        return true;
      });
    });
  }
});
