/** The app at the embedded OpenID Provider, as a client with unusual tokens. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { freePort } from "#lib/net/free-port.ts";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { type RunningOp, startOp } from "#lib/op/server.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { sessionOf } from "../support/sign-in.ts";

const secret = "a-secret-of-the-tests-with-enough-bytes";

describe("a client with pairwise subjects whose ID Tokens are signed with its secret", () => {
  let op: RunningOp;
  let rp: RpProcess;
  before(async () => {
    const port = await freePort();
    const metadata = { subject_type: "pairwise", id_token_signed_response_alg: "HS256" };
    const app = {
      name: "playground2",
      secret,
      baseUrls: [`http://localhost:${port}/playground2`],
      metadata,
    };
    op = await startOp(
      parseOpConfig({ OP_PORT: "0", OP_DATA_DIR: ":memory:", OP_APPS: JSON.stringify([app]) }),
      createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" }),
    );
    const settings = { CLIENT_SECRET: secret, ID_TOKEN_SIGNED_RESPONSE_ALG: "HS256" };
    rp = await startRp({ OP_ISSUER: op.issuer, ...settings }, "playground2", port);
  });
  after(() => Promise.all([rp.stop(), op.close()]));

  /** Signs alice in with the authorization code grant. */
  async function signedIn(): Promise<HttpBrowser> {
    const browser = new HttpBrowser();
    const form = {
      grant_type: "code",
      use_pkce: "yes",
      client_id: "playground2",
      scope: "openid",
      redirect_uri: `${rp.base}/oauth2client`,
      authorization_endpoint: `${op.origin}/oauth2/authorize`,
      token_endpoint: `${op.origin}/oauth2/token`,
      end_session_endpoint: `${op.origin}/oidc/logout`,
    };
    const { location = "" } = await browser.post(`${rp.base}/authorize`, form);
    let page = await browser.follow(await browser.get(location));
    page = await browser.follow(await browser.submit(page, { username: "alice", password: "alice" }));
    if (page.url.includes("oauth2_consent.do"))
      page = await browser.follow(await browser.submit(page, { consent: "allow" }));
    await browser.follow(await browser.get(page.location ?? ""));
    const { user } = await sessionOf(browser, rp);
    assert.match(user ?? "", /^[\w-]{43}$/, "the pairwise subject");
    return browser;
  }

  test("signs in, and its session ends by the back channel when the OpenID Provider's ends", async () => {
    const browser = await signedIn();
    await browser.submit(await browser.get(`${op.origin}/sessions`), {});
    assert.equal((await sessionOf(browser, rp)).user, null);
  });

  test("logs out with its ID Token as id_token_hint", async () => {
    const browser = await signedIn();
    const { location = "" } = await browser.post(`${rp.base}/logout`, {});
    const question = await browser.get(location);
    assert.match(question.text, /asks to log out <b>alice<\/b>\./);
    await browser.submit(question, { logout: "yes" });
    assert.equal((await sessionOf(browser, rp)).user, null);
  });
});
