/** POST /authorize over HTTP: refused and kept values, and hosts that the app never contacts. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { errorBeside, refusedFormAt } from "../support/refused-form.ts";
import { type RpProcess, startRp } from "../support/rp-process.ts";
import { ask, formFor, respondTo, sessionOf, signIn } from "../support/sign-in.ts";
import { TestIssuer } from "../support/test-issuer.ts";

let issuer: TestIssuer;
let second: TestIssuer;
let rp: RpProcess;

before(async () => {
  issuer = await TestIssuer.start();
  second = await TestIssuer.start();
  rp = await startRp({
    OP_ISSUER: issuer.issuer,
    TRUSTED_ISSUERS: second.issuer,
    CLIENT_SECRET: "theConfiguredSecret",
  });
});
after(async () => {
  await rp.stop();
  await Promise.all([issuer.down(), second.down()]);
});

const refusedForm = (changes: Record<string, string>) => refusedFormAt(issuer, rp, changes);

describe("an invalid form redirects back to itself and shows the reason next to the field", () => {
  const wrong: Record<string, { changes: Record<string, string>; field: string; reason: RegExp }> = {
    "no Client ID": { changes: { client_id: " " }, field: "client_id", reason: /Client ID is required/ },
    "no Callback URL": {
      changes: { redirect_uri: "" },
      field: "redirect_uri",
      reason: /Callback URL is required/,
    },
    "a Callback URL with a fragment": {
      changes: { redirect_uri: "http://localhost/#x" },
      field: "redirect_uri",
      reason: /fragment/,
    },
    "an endpoint that is not a URL": {
      changes: { authorization_endpoint: "localhost" },
      field: "authorization_endpoint",
      reason: /absolute URL/,
    },
    "an endpoint that is a javascript: URL": {
      changes: { authorization_endpoint: "javascript:alert(1)" },
      field: "authorization_endpoint",
      reason: /absolute URL/,
    },
    "a Scope without openid": {
      changes: { scope: "profile" },
      field: "scope",
      reason: /must contain openid/,
    },
    "a Client ID that is too long": {
      changes: { client_id: "x".repeat(256) },
      field: "client_id",
      reason: /not be longer/,
    },
    "a Client ID with a line break": {
      changes: { client_id: "a\nb" },
      field: "client_id",
      reason: /printable ASCII/,
    },
    "an endpoint that is too long": {
      changes: { authorization_endpoint: `http://localhost/${"x".repeat(3000)}` },
      field: "authorization_endpoint",
      reason: /not be longer/,
    },
    "no password": {
      changes: { grant_type: "password", username: "x" },
      field: "password",
      reason: /Password is required/,
    },
  };
  for (const [name, { changes, field, reason }] of Object.entries(wrong)) {
    test(name, async () => {
      assert.match(errorBeside(field, await refusedForm(changes)), reason);
    });
  }

  test("the entered values are kept, but the page contains no secrets", async () => {
    const page = await refusedForm({
      grant_type: "code",
      client_id: "my-client",
      client_secret: "my-secret",
      scope: "openid my-scope",
      acr_values: "",
      token_endpoint: "",
    });
    for (const kept of ["my-client", "openid my-scope"]) assert.ok(page.includes(`value="${kept}"`), kept);
    assert.ok(!page.includes("my-secret") && !page.includes("theConfiguredSecret"));
  });

  test("markup in a value is escaped", async () => {
    const page = await refusedForm({ client_id: `"><script>alert(1)</script>`, redirect_uri: "" });
    assert.ok(!page.includes("<script>alert(1)"));
  });
});

describe("hosts that are not trusted", () => {
  for (const endpoint of [
    "http://localhost:1/token",
    "http://169.254.169.254/token",
    "https://other.example/token",
  ]) {
    test(`${endpoint} is refused, and the message names the setting that would allow it`, async () => {
      const page = await refusedForm({ grant_type: "client_credentials", token_endpoint: endpoint });
      assert.match(errorBeside("token_endpoint", page), /no requests to .*TRUSTED_ISSUERS/);
      const code = await refusedForm({ grant_type: "code", token_endpoint: endpoint });
      assert.match(errorBeside("token_endpoint", code), /TRUSTED_ISSUERS/);
    });
  }

  test("a redirect of the token endpoint is not followed", async () => {
    issuer.token = () => ({ status: 302, json: {} });
    const page = await refusedForm({ grant_type: "client_credentials" });
    assert.match(page, /sent no valid response/);
  });

  test("the configured secret is sent only to the token endpoint of the configured OP", async () => {
    for (const token_endpoint of [`${second.origin}/token`, `${issuer.origin}/token?elsewhere`]) {
      const authorization_endpoint = `${issuer.origin}/authorize`;
      const page = await refusedForm({
        grant_type: "client_credentials",
        token_endpoint,
        authorization_endpoint,
      });
      assert.match(errorBeside("client_secret", page), /Client Secret is required here/);
    }
    assert.ok(!second.requests.includes("/token"));
  });

  test("a second trusted issuer is chosen by its endpoint; its ID Tokens need its iss and keys", async () => {
    const asked = await ask(second, rp);
    const id_token = await second.sign(second.idClaims({ nonce: asked.nonce, sub: "carol" }));
    assert.equal((await respondTo(asked, second, rp, { id_token })).status, 303);
    assert.equal((await sessionOf(asked.browser, rp)).iss, second.issuer);
    const mixedUp = await ask(second, rp);
    const foreign = await issuer.sign(issuer.idClaims({ nonce: mixedUp.nonce }));
    assert.equal((await respondTo(mixedUp, second, rp, { id_token: foreign })).status, 400);
  });
});

describe("grants without a redirect", () => {
  test("Client Credentials get an access token with the configured secret, but no session", async () => {
    let authorization: string | undefined;
    issuer.token = ({ headers }, body) => {
      authorization = headers.authorization;
      assert.equal(new URLSearchParams(body).get("grant_type"), "client_credentials");
      return { json: { access_token: "access-of-the-client", token_type: "Bearer" } };
    };
    const browser = new HttpBrowser();
    await browser.post(
      `${rp.base}/authorize`,
      formFor(issuer, rp, { grant_type: "client_credentials", scope: "" }),
    );
    assert.equal(authorization, `Basic ${Buffer.from("playground2:theConfiguredSecret").toString("base64")}`);
    const page = (await browser.get(`${rp.base}/oauth2`)).text;
    assert.match(page, /access-of-the-client/);
    assert.equal((await sessionOf(browser, rp)).user, null);
  });

  test("Resource Owner logs the user in; the error for a wrong password does not repeat it", async () => {
    issuer.token = async (_, body) => {
      if (new URLSearchParams(body).get("password") !== "right") {
        return { status: 400, json: { error: "invalid_grant", error_description: "wrong credentials" } };
      }
      return {
        json: {
          access_token: "a",
          token_type: "Bearer",
          id_token: await issuer.sign(issuer.idClaims({ sub: "dora" })),
        },
      };
    };
    const form = { grant_type: "password", username: "dora" };
    assert.match(
      await refusedForm({ ...form, password: "wr0ng-one" }),
      /invalid_grant: wrong credentials(?![\s\S]*wr0ng-one)/,
    );
    const browser = new HttpBrowser();
    await browser.post(`${rp.base}/authorize`, formFor(issuer, rp, { ...form, password: "right" }));
    assert.equal((await sessionOf(browser, rp)).user, "dora");
  });
});

describe("forms posted from other sites", () => {
  for (const path of ["/authorize", "/logout", "/reset", "/register"]) {
    test(`POST ${path} with a foreign Origin is refused and changes nothing`, async () => {
      const browser = await signIn(issuer, rp);
      for (const origin of ["https://evil.example", "null"]) {
        const answer = await browser.post(`${rp.base}${path}`, formFor(issuer, rp), origin);
        assert.equal(answer.status, 403);
        assert.match(answer.text, /sent from another site/);
      }
      assert.equal((await sessionOf(browser, rp)).user, "alice");
    });
  }
});

describe("URLs", () => {
  test("127.0.0.1 redirects to localhost, for pages and endpoints", async () => {
    for (const path of [
      "/",
      "/oauth2",
      "/photos",
      "/registration",
      "/oauth2client?state=x",
      "/logout?state=x",
    ]) {
      const url = `${rp.base}${path}`.replace("localhost", "127.0.0.1");
      const response = await fetch(url, { redirect: "manual" });
      assert.equal(response.status, 307, path);
      assert.equal(response.headers.get("location"), `${rp.base}${path}`);
    }
  });

  test("the paths of another instance answer 404", async () => {
    for (const path of ["/", "/session", "/bclogout", "/oauth2"]) {
      const url = `${rp.base.replace("playground2", "playground3")}${path}`;
      const method = path === "/bclogout" ? "POST" : "GET";
      assert.equal((await fetch(url, { method })).status, 404, path);
    }
  });

  test("unknown paths answer 404 with every method, which no cache may store", async () => {
    const { origin } = new URL(rp.base);
    const unknown = ["/playground2/nothing", "/playground2/rpiframe/nothing", "/playground2/%00"];
    const elsewhere = ["/playground3/nothing", "/assets/nothing.js", "/_next/static/nothing.js"];
    for (const path of [...unknown, ...elsewhere]) {
      for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
        const { status, headers } = await fetch(origin + path, { method });
        assert.equal(status, 404, `${method} ${path}`);
        assert.match(headers.get("cache-control") ?? "", /no-store/, `${method} ${path}`);
        if (!headers.get("content-type")?.startsWith("text/html")) continue;
        const policy = headers.get("content-security-policy") ?? "";
        assert.match(policy, /frame-ancestors 'none'/, `${method} ${path}`);
        assert.doesNotMatch(policy, /unsafe/, `${method} ${path}`);
        assert.match(
          headers.get("referrer-policy") ?? "",
          /^(no-referrer|same-origin)$/,
          `${method} ${path}`,
        );
      }
    }
  });

  test("paths that cannot be decoded answer 404", async () => {
    const { origin } = new URL(rp.base);
    for (const path of ["/%", "/%ff/session", "/playground2/%", "/playground2/nothing/%E0%A4%A"]) {
      const { status, headers } = await fetch(origin + path);
      assert.equal(status, 404, path);
      assert.equal(headers.get("cache-control"), "no-store");
    }
  });

  test("every page forbids framing, inline scripts and caching", async () => {
    for (const path of ["/", "/oauth2", "/photos", "/registration"]) {
      const { headers } = await fetch(rp.base + path);
      const policy = headers.get("content-security-policy") ?? "";
      assert.match(policy, /frame-ancestors 'none'/);
      assert.match(policy, /script-src 'self' 'nonce-[^']+'/);
      assert.doesNotMatch(policy, /unsafe/);
      assert.match(headers.get("cache-control") ?? "", /no-store/);
    }
  });
});
