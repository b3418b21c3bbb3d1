import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { ConfigError } from "#lib/config/env.ts";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog, type Log } from "#lib/log.ts";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { faults, problemWith } from "./faults/catalogue.ts";
import { families } from "./faults/fault.ts";
import { startOp } from "./server.ts";
import { authorizationUrl, logoutUrl, opUnderTest, sharedOp, signIn } from "./testing/op-under-test.ts";

const settings = { OP_FAULTS: "state-dropped, session-state-missing" };

describe("an OP that is broken on purpose", () => {
  it("names its faults on every page", async () => {
    const op = await opUnderTest(":memory:", 0, { settings });
    after(() => op.close());
    const browser = new HttpBrowser();
    await signIn(op, browser, "photos");
    const pages = [
      await browser.get(`${op.origin}/`),
      await browser.get(`${op.origin}/faults`),
      await browser.get(`${op.origin}/sessions`),
      await browser.get(logoutUrl(op, { id_token_hint: "nonsense" })),
      await browser.get(logoutUrl(op, {})),
      await new HttpBrowser().follow(await new HttpBrowser().get(authorizationUrl(op))),
    ];
    for (const { url, text } of pages) {
      for (const name of ["state-dropped", "session-state-missing"]) {
        assert.match(text, new RegExp(`Broken on purpose:.*<code>${name}</code>`), url);
      }
    }
  });

  it("names its faults in the log when it starts", async () => {
    const lines: string[] = [];
    const log = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
    log.warn = ((line: string) => lines.push(line)) as Log["warn"];
    const op = await startOp(parseOpConfig({ OP_PORT: "0", OP_DATA_DIR: ":memory:", ...settings }), log);
    await op.close();
    assert.match(lines.join("\n"), /state-dropped, session-state-missing/);
  });

  it("starts on a loopback address only", () => {
    for (const OP_HOST of ["0.0.0.0", "::", "192.168.1.5", "127.0.0.1.example.com", "op.example"]) {
      assert.throws(() => parseOpConfig({ ...settings, OP_HOST }), {
        name: "ConfigError",
        message: /^OP_FAULTS: .* set OP_HOST to 127\.0\.0\.1$/,
      });
      assert.equal(parseOpConfig({ OP_HOST }).OP_HOST, OP_HOST, "without faults");
    }
    for (const OP_HOST of ["127.0.0.1", "127.8.8.8", "::1", "localhost"]) {
      assert.equal(parseOpConfig({ ...settings, OP_HOST }).OP_FAULTS.length, 2);
    }
  });

  it("does not start with an unknown fault, and suggests the closest names", async () => {
    const log = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
    const config = parseOpConfig({ OP_PORT: "0", OP_DATA_DIR: ":memory:", OP_FAULTS: "state-droped" });
    await assert.rejects(startOp(config, log), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(
        error.message,
        /^OP_FAULTS: there is no fault state-droped; the closest are state-dropped,/,
      );
      return true;
    });
  });
});

describe("the healthy OP", () => {
  it("shows no such note, and lists all faults by family", async () => {
    const op = await sharedOp();
    const browser = new HttpBrowser();
    const home = await browser.get(`${op.origin}/`);
    assert.doesNotMatch(home.text, /Broken on purpose/);
    assert.match(home.text, /href="\/faults"/);
    const { text } = await browser.get(`${op.origin}/faults`);
    for (const { name, check } of faults) {
      assert.match(text, new RegExp(`<tr id="${name}">.*?found by ${check}</span></td>`, "s"));
    }
    assert.doesNotMatch(text, /data-active/);
  });
});

describe("the catalogue of faults", () => {
  it("has each name once, and a check for each fault", () => {
    assert.equal(new Set(faults.map(({ name }) => name)).size, faults.length);
    for (const { name, family, does, check } of faults) {
      assert.match(name, /^[a-z][a-z0-9-]*[a-z0-9]$/);
      assert.ok(family in families, name);
      assert.match(does, /^[A-Z].*[^.]\.$/, name);
      assert.match(check, /^[RBFSDI]-\d\d$/, name);
    }
  });

  it("accepts its own names", () => {
    assert.equal(problemWith(faults.map(({ name }) => name)), undefined);
  });
});
