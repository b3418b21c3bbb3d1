/** POST /authorize with endpoints that are not at the OP: browsers are not sent there unasked. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUnderTest } from "../support/app-under-test.ts";
import { errorBeside, refusedFormAt } from "../support/refused-form.ts";
import { ask } from "../support/sign-in.ts";

const { issuer, rp } = await appUnderTest();

const refusedForm = (changes: Record<string, string>) => refusedFormAt(issuer, rp, changes);

describe("an endpoint that browsers are sent to, at another origin than the OP's", () => {
  const elsewhere = "https://elsewhere.example/authorize";

  for (const [field, path] of [
    ["authorization_endpoint", "authorize"],
    ["end_session_endpoint", "logout"],
  ] as const) {
    test(`${field} is refused with the discovered one beside it, and nothing is sent`, async () => {
      const seen = issuer.requests.length;
      const page = await refusedForm({ [field]: issuer.origin.replace("http:", "https:") });
      assert.equal(
        errorBeside(field, page).replaceAll("&#x27;", "'"),
        `The OpenID Provider's discovery document has ${issuer.origin}/${path}.`,
      );
      assert.match(page, /npm run demo -- --https/);
      assert.ok(issuer.requests.slice(seen).every((path) => path.includes("openid-configuration")));
    });
  }

  test("the advice to use --https is for the OP's own host only", async () => {
    const page = await refusedForm({ authorization_endpoint: elsewhere });
    assert.match(page, /https:\/\/elsewhere\.example is not the OpenID Provider/);
    assert.doesNotMatch(page, /npm run demo/);
  });

  test("Use the discovered endpoint replaces it and continues", async () => {
    const asked = await ask(issuer, rp, { authorization_endpoint: elsewhere, endpoints: "discovered" });
    assert.equal(asked.at, `${issuer.origin}/authorize`);
    assert.match((await asked.browser.get(`${rp.base}/oauth2`)).text, /value="[^"]*\/authorize"/);
  });

  test("Send the request there anyway does so", async () => {
    const asked = await ask(issuer, rp, { authorization_endpoint: elsewhere, endpoints: "entered" });
    assert.equal(asked.at, elsewhere);
  });

  test("an OP that is down is noticed before the browser is sent there", async () => {
    await ask(issuer, rp);
    await issuer.down();
    try {
      assert.match(await refusedForm({}), /cannot be used/);
    } finally {
      await issuer.up();
    }
  });
});
