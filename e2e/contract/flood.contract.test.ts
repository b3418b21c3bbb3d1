/** Floods by strangers: they displace no honest login, and what the app keeps of them is bounded. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { appUnderTest } from "../support/app-under-test.ts";
import { ask, formFor, respondTo, sessionOf, signIn } from "../support/sign-in.ts";

const data = mkdtempSync(join(tmpdir(), "flood-"));
after(() => rmSync(data, { recursive: true, force: true }));
const { issuer, rp } = await appUnderTest({ DATA_DIR: data });

const MiB = 1024 * 1024;
/** What the store has on disk. */
const stored = () => readdirSync(data).reduce((bytes, name) => bytes + statSync(join(data, name)).size, 0);

/** Calls this function so many times, several at once. */
async function flood(times: number, act: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < times) await act(next++);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

const origin = new URL(rp.base).origin;

describe("1,000 anonymous authorization requests", () => {
  test("displace no login that was begun before", async () => {
    const newcomer = await ask(issuer, rp);
    const returning = await ask(issuer, rp, {}, await signIn(issuer, rp));
    const body = new URLSearchParams(
      formFor(issuer, rp, { scope: `openid ${"x".repeat(2000)}`, acr_values: "y".repeat(2000) }),
    );
    const statuses = new Set<number>();
    await flood(1000, async () => {
      const answer = await fetch(`${rp.base}/authorize`, {
        method: "POST",
        body,
        headers: { origin },
        redirect: "manual",
      });
      statuses.add(answer.status);
      await answer.body?.cancel();
    });
    assert.deepEqual([...statuses], [303]);
    for (const asked of [newcomer, returning]) {
      const id_token = await issuer.sign(issuer.idClaims({ nonce: asked.nonce }));
      assert.equal((await respondTo(asked, issuer, rp, { id_token })).status, 303);
      assert.equal((await sessionOf(asked.browser, rp)).user, "alice");
    }
    assert.ok(stored() < 16 * MiB, `${stored()} bytes`);
  });

  test("with values that are too long together are refused, and lose nothing", async () => {
    const long = (url: string) => `${url}?${"x".repeat(1990 - url.length)}`;
    const form = formFor(issuer, rp, {
      redirect_uri: long(`${rp.base}/oauth2client`),
      authorization_endpoint: long(`${issuer.origin}/authorize`),
      end_session_endpoint: long(`${issuer.origin}/logout`),
      check_session_iframe: long(`${issuer.origin}/checksession`),
      endpoints: "entered",
    });
    const browser = new HttpBrowser();
    const answer = await browser.post(`${rp.base}/authorize`, form);
    assert.equal(answer.location, `${rp.base}/oauth2`);
    const { text } = await browser.get(`${rp.base}/oauth2`);
    assert.match(text, /The values of this form are too long together/);
    assert.ok(text.includes(form.authorization_endpoint ?? ""));
  });
});

test("an error_description of 250 KB is shortened wherever it is kept", async () => {
  const before = { stored: stored(), log: rp.output().length };
  for (let n = 0; n < 40; n++) {
    const asked = await ask(issuer, rp);
    const error_description = `${"long words ".repeat(23_000)}the end`;
    const { status, text } = await respondTo(asked, issuer, rp, {
      error: "access_denied",
      error_description,
    });
    assert.equal(status, 400);
    assert.match(text, /answered access_denied: long words long words/);
    assert.ok(text.length < 10_000, `${text.length}`);
  }
  assert.ok(stored() - before.stored < 2 * MiB, `${stored() - before.stored} bytes`);
  assert.ok(rp.output().length - before.log < MiB, `${rp.output().length - before.log} bytes of log`);
});

test("200 logout requests of one user keep the last ones only", async () => {
  // Each request holds the ID Token.
  const browser = await signIn(issuer, rp, { groups: ["x".repeat(40_000)] });
  const before = stored();
  const cookie = browser.cookieFor("/playground2");
  const headers = { origin, cookie };
  await flood(200, async (n) => {
    const body = new URLSearchParams({
      state: `s${n}`,
      client_id: "playground2",
    });
    const answer = await fetch(`${rp.base}/logout`, { method: "POST", body, headers, redirect: "manual" });
    assert.ok(answer.status < 400, `${answer.status}`);
    await answer.body?.cancel();
  });
  assert.ok(stored() - before < 4 * MiB, `${stored() - before} bytes`);
});
