/** The messages of a failed sign-in, in a real browser with a server that imitates the OpenID Provider. */
import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { CannotRun } from "#lib/cli/errors.ts";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import { generic } from "#lib/products/generic/driver.ts";
import { probesAt } from "../probe/probe-set.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import { type Browsers, launch } from "./browsers.ts";
import { assertSignIns } from "./first-sign-in.ts";

const password = (action: string) =>
  `<form method="post" action="${action}"><input type="text" name="username"><input type="password" name="password"><button>Go</button></form>`;
const users = [
  { name: "carol", password: "its & secret" },
  { name: "dave", password: "other" },
];

describe("the first sign-in of a run", () => {
  let browsers: Browsers;
  let rp: RelyingParty;
  let origin: string;
  /** The answer of the authorization endpoint. */
  let authorize: (response: ServerResponse, query: URLSearchParams) => void;

  const html = (response: ServerResponse, body: string, status = 200) =>
    response.writeHead(status, { "content-type": "text/html" }).end(`<!doctype html>${body}`);
  const back = (response: ServerResponse, query: URLSearchParams, parameters: Record<string, string>) => {
    const state = query.get("state") ?? "";
    const answer = new URLSearchParams({ ...parameters, state });
    response.writeHead(303, { location: `${query.get("redirect_uri")}?${answer}` }).end();
  };
  const json = (response: ServerResponse, body: unknown, status = 200) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

  /** The answer of the token endpoint, with its status. */
  let token: () => Promise<[unknown, number]>;
  let jwk: JWK;
  let privateKey: CryptoKey;

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", origin);
    request.resume();
    const metadata = {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
    };
    if (pathname.startsWith("/.well-known/")) json(response, metadata);
    else if (pathname === "/jwks") json(response, { keys: [jwk] });
    else if (pathname === "/token") void token().then(([body, status]) => json(response, body, status));
    else if (pathname === "/again") html(response, `<p>Wrong!</p>${password("/again?session=s")}`);
    else if (pathname === "/code")
      html(response, "<form><input name=otp><button type=button>Next</button></form>");
    else authorize(response, searchParams);
  });
  before(async () => {
    const pair = await generateKeyPair("RS256");
    privateKey = pair.privateKey;
    jwk = { ...(await exportJWK(pair.publicKey)), alg: "RS256", use: "sig", kid: "1" };
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    browsers = await launch("cookies-allowed", false);
    const provider = new OpenIdProvider(origin, { fetch: fetch as Fetch, now: Date.now });
    rp = probesAt(provider)[0] as RelyingParty;
    rp.client = { clientId: "rp-a", clientSecret: "s", missing: [] };
    await rp.recorder.listen();
  });
  after(async () => {
    await browsers.close();
    await rp.recorder.close();
    server.close().closeAllConnections();
  });

  async function assertRefused(...words: (string | RegExp)[]): Promise<string[]> {
    const turns: string[] = [];
    const prepares = (what: string) => turns.push(what);
    const context = { issuer: origin, metadata: await rp.provider.metadata(), fetch };
    const settings = { rp, browsers, driver: generic, context, users, prepares };
    const signIns = assertSignIns({ ...settings, patience: 4_000 });
    await assert.rejects(signIns, (error) => {
      assert.ok(error instanceof CannotRun, String(error));
      assert.doesNotMatch(error.message, /\n|session=/);
      for (const word of words)
        assert.ok(
          typeof word === "string" ? error.message.includes(word) : word.test(error.message),
          error.message,
        );
      return true;
    });
    return turns;
  }

  it("names the user whose password is asked for again", async () => {
    authorize = (response) => html(response, password("/again?session=s"));
    const turns = await assertRefused(
      /^carol could not sign in: .* asks for the password again/,
      `The browser is at ${origin}/again `,
    );
    assert.deepEqual(turns, ["signing in carol"]);
  });

  it("names the page that asks for more than a password, without its query, and has a picture of it", async () => {
    authorize = (response) => html(response, password("/code?session=s"));
    await assertRefused(
      `carol could not sign in: the browser was left at ${origin}/code (picture: `,
      /stuck\.png\), which asks for more/,
    );
  });

  it("names the page that refuses the request, and the address to register", async () => {
    authorize = (response) => html(response, "unknown client", 400);
    await assertRefused("HTTP 400", `at ${origin}/authorize:`, `redirect_uri ${rp.base}/callback`);
  });

  it("repeats the error of the OP", async () => {
    authorize = (response, query) =>
      back(response, query, { error: "unauthorized_client", error_description: "Not\nthis flow" });
    await assertRefused(
      "carol could not sign in: the OpenID Provider answered unauthorized_client: Not this flow.",
    );
  });

  it("says that the client's secret is refused", async () => {
    authorize = (response, query) => back(response, query, { code: "c" });
    token = async () => [{ error: "invalid_client", error_description: "No." }, 401];
    await assertRefused(
      /^The OpenID Provider issues no tokens to rp-a-1: .*invalid_client.* Check its secret \(--client\)\.$/,
    );
  });

  it("says that two users are the same", async () => {
    let nonce = "";
    authorize = (response, query) => {
      nonce = query.get("nonce") ?? "";
      back(response, query, { code: "c" });
    };
    token = async () => {
      const idToken = new SignJWT({ sub: "one", nonce })
        .setProtectedHeader({ alg: "RS256", kid: "1" })
        .setIssuer(origin)
        .setAudience("rp-a")
        .setIssuedAt()
        .setExpirationTime("5m");
      return [{ access_token: "a", token_type: "Bearer", id_token: await idToken.sign(privateKey) }, 200];
    };
    const turns = await assertRefused(
      "carol and dave are the same user at the OpenID Provider: pass two different ones with --user.",
    );
    assert.deepEqual(turns, ["signing in carol", "signing in dave"]);
  });
});
