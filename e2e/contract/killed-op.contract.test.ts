/** Both apps at an embedded OpenID Provider that is killed: no app stays logged in, and none is logged out by mistake. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as elapsed } from "node:timers/promises";
import { freePort } from "#lib/net/free-port.ts";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { type KillableOp, killableOp } from "#lib/op/testing/op-process.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { sessionOf } from "../support/sign-in.ts";

const secret = "a-secret-of-the-tests-with-enough-bytes";
const names = ["playground2", "playground3"] as const;

describe("an OpenID Provider that is killed during a logout", () => {
  let op: KillableOp;
  let rps: RpProcess[];
  before(async () => {
    const ports = await Promise.all(names.map(freePort));
    const bases = names.map((name, index) => `http://localhost:${ports[index]}/${name}`);
    op = await killableOp(names.map((name, index) => ({ name, secret, baseUrls: [bases[index]] })));
    await op.start();
    const settings = { OP_ISSUER: op.issuer, CLIENT_SECRET: secret };
    rps = await Promise.all(names.map((name, index) => startRp(settings, name, ports[index])));
  });
  after(() => Promise.all([...rps.map((rp) => rp.stop()), op.close()]));

  async function signIn(browser: HttpBrowser, rp: RpProcess, name: string): Promise<void> {
    const { location = "" } = await browser.post(`${rp.base}/authorize`, {
      grant_type: "code",
      use_pkce: "yes",
      client_id: name,
      scope: "openid",
      redirect_uri: `${rp.base}/oauth2client`,
      authorization_endpoint: `${op.origin}/oauth2/authorize`,
      token_endpoint: `${op.origin}/oauth2/token`,
      end_session_endpoint: `${op.origin}/oidc/logout`,
    });
    let page = await browser.follow(await browser.get(location));
    if (page.url.includes("login.do"))
      page = await browser.follow(await browser.submit(page, { username: "alice", password: "alice" }));
    if (page.url.includes("oauth2_consent.do"))
      page = await browser.follow(await browser.submit(page, { consent: "allow" }));
    await browser.follow(await browser.get(page.location ?? ""));
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  }

  /** Signs in to both apps, and requests logout at the first.
   * @returns the question whether to log out */
  async function question(browser: HttpBrowser): Promise<Visit> {
    for (const [index, name] of names.entries()) await signIn(browser, rps[index] as RpProcess, name);
    const { location = "" } = await browser.post(`${rps[0]?.base}/logout`, {});
    return browser.get(location);
  }

  const users = (browser: HttpBrowser): Promise<unknown[]> =>
    Promise.all(rps.map(async (rp) => (await sessionOf(browser, rp)).user));

  /** Resolves once no app has a user; the test's time limit ends the wait. */
  async function loggedOut(browser: HttpBrowser, signal: AbortSignal): Promise<void> {
    while ((await users(browser)).some((user) => user !== null)) {
      signal.throwIfAborted();
      await elapsed(50);
    }
  }

  // lib/op/killed.test.ts has more moments, with apps that only count.
  test("four times at different moments", async ({ signal }) => {
    for (let round = 0; round < 4; round++) {
      const browser = new HttpBrowser();
      const page = await question(browser);
      const answer = browser.copy().submit(page, { logout: "yes" });
      await Promise.race([elapsed(round * 10), answer]);
      await op.kill();
      await answer.catch(() => "none");
      await op.start();
      const { text } = await browser.copy().get(`${op.origin}/sessions`);
      if (text.includes("Signed in as <b>alice</b>")) {
        assert.deepEqual(await users(browser), ["alice", "alice"], `round ${round}`);
        await browser.submit(page, { logout: "yes" });
      }
      await loggedOut(browser, signal);
    }
  });

  test("while one of the apps is down", async ({ signal }) => {
    const browser = new HttpBrowser();
    const page = await question(browser);
    await rps[1]?.kill();
    await browser.submit(page, { logout: "yes" });
    await op.kill();
    await op.start();
    await rps[1]?.restart();
    await loggedOut(browser, signal);
  });
});
