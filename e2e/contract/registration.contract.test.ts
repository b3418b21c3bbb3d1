/** The registration page and POST /register over HTTP, against a test issuer. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { assertAccepted, assertRefused, sendToken } from "../support/logout-requests.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { ask, respondTo, sessionOf } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";

type Json = Record<string, unknown>;

const secret = "theRegisteredSecret";
const managementToken = "theRegistrationAccessToken";
const password = "theAdministratorsPassword";

let issuer: TestIssuer;
let rp: RpProcess;
/** Requests to the registration endpoint. */
let asked: { method: string | undefined; authorization: string | undefined; body: Json }[];

before(async () => {
  issuer = await TestIssuer.start();
  issuer.more = { registration_endpoint: `${issuer.origin}/register` };
  rp = await startRp({ OP_ISSUER: issuer.issuer, CLIENT_SECRET: "theConfiguredSecret" });
});
after(async () => {
  await rp.stop();
  await issuer.down();
});
beforeEach(async () => {
  asked = [];
  // Each test begins with the configured client.
  issuer.registration = () => ({ status: 204, json: {} });
  await post({ action: "forget" });
});

const post = (fields: Record<string, string>, browser = new HttpBrowser()) =>
  browser.post(`${rp.base}/register`, fields);

/** Makes the registration endpoint accept the request, with the changes of this function. */
function registersAs(clientId: string, change: (body: Json) => Json = (body) => body): void {
  issuer.registration = ({ method, headers }, text) => {
    const body = text ? (JSON.parse(text) as Json) : {};
    asked.push({ method, authorization: headers.authorization, body });
    if (method === "DELETE") return { status: 204, json: {} };
    const credentials = {
      client_id: clientId,
      client_secret: secret,
      client_secret_expires_at: 0,
      registration_client_uri: `${issuer.origin}/register/${clientId}`,
      registration_access_token: managementToken,
    };
    return { status: 201, json: { ...change(body), ...credentials } };
  };
}

/** The registration page, without React's comment nodes. */
const pageOf = async (browser = new HttpBrowser()) =>
  (await browser.get(`${rp.base}/registration`)).text.replaceAll("<!-- -->", "");
const resultOf = (field: string, page: string) =>
  new RegExp(`data-field="${field}" data-result="([a-z]+)"`).exec(page)?.[1];
/** The value of an input. */
const filledIn = (name: string, page: string) =>
  new RegExp(`<input id="${name}"[^>]* value="([^"]*)"`).exec(page)?.[1];

async function register(fields: Record<string, string> = {}, browser = new HttpBrowser()): Promise<string> {
  const answer = await post(fields, browser);
  assert.equal(answer.status, 303, answer.text);
  assert.equal(answer.location, `${rp.base}/registration`);
  return pageOf(browser);
}

describe("registering", () => {
  test("sends exactly the request that the page shows beforehand", async () => {
    registersAs("a");
    const page = await pageOf();
    assert.match(page, /Client <code>playground2<\/code>/);
    await register();
    const [sent] = asked;
    assert.deepEqual(sent?.body.backchannel_logout_uri, `${rp.base}/bclogout`);
    const shown = /data-preview[^>]*>([\s\S]*?)<\/div>/.exec(page)?.[1] ?? "";
    const text = shown.replaceAll("&quot;", '"');
    assert.equal(text, `POST ${issuer.origin}/register\n\n${JSON.stringify(sent?.body, null, 2)}`);
  });

  test("labels fields as accepted, changed, ignored or refused", async () => {
    registersAs("b", ({ frontchannel_logout_session_required: _, ...body }) => ({
      ...body,
      backchannel_logout_session_required: false,
    }));
    const registers = issuer.registration;
    issuer.registration = (request, body) =>
      body.includes("post_logout")
        ? {
            status: 400,
            json: { error: "invalid_client_metadata", error_description: "no post_logout & <such>" },
          }
        : registers(request, body);
    const page = await register();
    assert.match(page, /<code data-client-id="true">b<\/code>/);
    assert.equal(resultOf("backchannel_logout_uri", page), "accepted");
    assert.equal(resultOf("backchannel_logout_session_required", page), "changed");
    assert.equal(resultOf("frontchannel_logout_session_required", page), "ignored");
    assert.equal(resultOf("post_logout_redirect_uris", page), "refused");
    for (const word of ["accepted", "changed", "ignored", "refused"])
      assert.match(page, new RegExp(`<span class="badge[^"]*">${word}</span>`));
    assert.match(page, /invalid_client_metadata: no post_logout &amp; &lt;such&gt;/);
    await rp.printed("Registered as client b; fields: ");
  });

  test("warns only about a signature algorithm that the app does not accept", async () => {
    registersAs("b2", (body) => ({ ...body, id_token_signed_response_alg: "ES256" }));
    assert.match(await register(), /sign ID Tokens with ES256, but this app accepts only RS256/);
    registersAs("b3");
    assert.doesNotMatch(await register(), /but this app accepts/);
  });

  test("authenticates with a token or a password, and does not store, show or log them", async () => {
    registersAs("c");
    const browser = new HttpBrowser();
    await register({ initial_access_token: "theInitialToken" });
    const page = await register({ username: "admin", password }, browser);
    assert.deepEqual(
      asked.map(({ authorization }) => authorization),
      ["Bearer theInitialToken", `Basic ${btoa(`admin:${password}`)}`],
    );
    const authorizePage = (await browser.get(`${rp.base}/oauth2`)).text;
    for (const text of [page, authorizePage, rp.output()])
      for (const hidden of [password, "theInitialToken", secret, managementToken])
        assert.ok(!text.includes(hidden), hidden);
  });

  test("puts the new client into the authorize form, and uses its secret for the code", async () => {
    registersAs("d");
    const browser = new HttpBrowser();
    await browser.post(`${rp.base}/authorize`, { grant_type: "code", client_id: "playground2" });
    await register({}, browser);
    assert.equal(filledIn("client_id", (await browser.get(`${rp.base}/oauth2`)).text), "d");
    const request = await ask(issuer, rp, { grant_type: "code", client_id: "d", use_pkce: "no" }, browser);
    issuer.token = async ({ headers }) => {
      assert.equal(headers.authorization, `Basic ${btoa(`d:${secret}`)}`);
      const id_token = await issuer.sign(issuer.idClaims({ aud: "d", nonce: request.nonce }));
      return { json: { access_token: "a", token_type: "Bearer", id_token } };
    };
    assert.equal((await respondTo(request, issuer, rp, { code: "c" })).status, 303);
    assert.equal((await sessionOf(browser, rp)).user, "alice");
  });

  test("makes the app accept logout tokens for the new client, after a restart too", async () => {
    const tokenFor = async (aud: string) => issuer.sign(issuer.logoutClaims({ aud }));
    await assertRefused(await sendToken(rp, await tokenFor("e")));
    registersAs("e");
    await register();
    await assertAccepted(await sendToken(rp, await tokenFor("e")));
    await assertAccepted(await sendToken(rp, await tokenFor("playground2")));
    await rp.restart();
    await assertAccepted(await sendToken(rp, await tokenFor("e")));
  });

  test("requests encryption, and shows the algorithms that the OP chose", async () => {
    registersAs("f", (body) => ({ ...body, id_token_encrypted_response_enc: "A128GCM" }));
    const page = await register({
      id_token_encrypted_response_alg: "ECDH-ES",
      id_token_encrypted_response_enc: "A256GCM",
    });
    assert.equal(asked[0]?.body.id_token_encrypted_response_enc, "A256GCM");
    assert.equal(asked[0]?.body.jwks_uri, `${rp.base}/jwks`);
    assert.match(page, /encrypted: ECDH-ES with A128GCM\./);
  });

  test("does not use a client whose secret has expired", async () => {
    registersAs("g");
    const registers = issuer.registration;
    issuer.registration = async (request, body) => {
      const { json } = await registers(request, body);
      return { status: 201, json: { ...(json as Json), client_secret_expires_at: 1 } };
    };
    const page = await register();
    assert.match(page, /Its secret expired on 1970-01-01/);
    assert.equal(
      filledIn("client_id", (await new HttpBrowser().get(`${rp.base}/oauth2`)).text),
      "playground2",
    );
  });
});

describe("a failed registration", () => {
  const encryption = {
    id_token_encrypted_response_alg: "RSA-OAEP-384",
    id_token_encrypted_response_enc: "A192GCM",
  };

  test("shows the OP's error, keeps the form's values, and keeps the current client", async () => {
    registersAs("h");
    await register();
    issuer.registration = () => ({
      status: 401,
      json: { error: "invalid_token", error_description: "an administrator's, please" },
    });
    const page = await register({ username: "bob", password, ...encryption });
    assert.match(page, /HTTP 401, invalid_token: an administrator&#x27;s, please/);
    assert.equal(filledIn("username", page), "bob");
    assert.equal(filledIn("password", page), "");
    assert.match(page, /<option value="RSA-OAEP-384" selected="">/);
    assert.match(page, /<option value="A192GCM" selected="">/);
    assert.match(page, /<code data-client-id="true">h<\/code>/);
    await rp.printed("Registration failed: ");
    assert.ok(!rp.output().includes(password));
  });

  const wrong: Record<string, { fields: Record<string, string>; field: string; reason: RegExp }> = {
    "a token and a password": {
      fields: { initial_access_token: "t", username: "a", password },
      field: "initial_access_token",
      reason: /either the token or username/,
    },
    "a token with a line break": {
      fields: { initial_access_token: "a\nb" },
      field: "initial_access_token",
      reason: /printable ASCII/,
    },
    "a username alone": { fields: { username: "a" }, field: "password", reason: /required with a username/ },
    "a password alone": { fields: { password }, field: "username", reason: /required with a password/ },
    "a username with a colon": { fields: { username: "a:b", password }, field: "username", reason: /colon/ },
    "an unsupported algorithm": {
      fields: { id_token_encrypted_response_alg: "none" },
      field: "id_token_encrypted_response_alg",
      reason: /Choose one/,
    },
  };
  for (const [name, { fields, field, reason }] of Object.entries(wrong)) {
    test(`shows the reason next to the field, and sends nothing: ${name}`, async () => {
      registersAs("never");
      const page = await register(fields);
      assert.match(new RegExp(`id="${field}-error"[^>]*>([^<]*)`).exec(page)?.[1] ?? "", reason);
      assert.ok(!page.includes(password));
      assert.deepEqual(asked, []);
    });
  }

  test("refuses a form from another site; nothing is sent or forgotten", async () => {
    registersAs("i");
    await register();
    for (const fields of [{}, { action: "forget" }] as Record<string, string>[]) {
      const answer = await new HttpBrowser().post(`${rp.base}/register`, fields, "https://evil.example");
      assert.equal(answer.status, 403);
    }
    assert.equal(asked.length, 1);
    assert.match(await pageOf(), /<code data-client-id="true">i<\/code>/);
  });
});

describe("forgetting a registration", () => {
  test("deletes the client at the OP and restores the configured one", async () => {
    registersAs("j");
    const browser = new HttpBrowser();
    await register({}, browser);
    issuer.requests.length = 0;
    const page = await register({ action: "forget" }, browser);
    assert.deepEqual(issuer.requests, ["/register/j"]);
    assert.deepEqual([asked[1]?.method, asked[1]?.authorization], ["DELETE", `Bearer ${managementToken}`]);
    assert.match(page, /This app has forgotten client j\. The OpenID Provider has deleted it too\./);
    assert.match(page, /Client <code>playground2<\/code>/);
    assert.equal(filledIn("client_id", (await browser.get(`${rp.base}/oauth2`)).text), "playground2");
    await assertRefused(await sendToken(rp, await issuer.sign(issuer.logoutClaims({ aud: "j" }))));
  });

  test("says that the client is still registered if the OP does not delete it", async () => {
    registersAs("k");
    await register();
    issuer.registration = () => ({ status: 403, json: {} });
    const page = await register({ action: "forget" });
    assert.match(
      page,
      /This app has forgotten client k\. It is still registered at the OpenID Provider: .*HTTP 403/,
    );
  });

  test("gives the reason if the registration_client_uri is missing or on an untrusted host", async () => {
    for (const uri of [undefined, "http://169.254.169.254/register/l"]) {
      registersAs("l");
      const registers = issuer.registration;
      issuer.registration = async (request, body) => {
        const { json } = await registers(request, body);
        return { status: 201, json: { ...(json as Json), registration_client_uri: uri } };
      };
      await register();
      const page = await register({ action: "forget" });
      assert.match(page, uri ? /no requests to http:\/\/169\.254\.169\.254/ : /no registration_client_uri/);
    }
  });
});
