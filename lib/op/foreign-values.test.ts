/** Values that cannot become text, or are nested without end: refused with 400, never 500. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  authorizationUrl,
  isSignedIn,
  logoutUrl,
  sharedOp,
  signIn,
} from "./testing/op-under-test.ts";

const op = await sharedOp();

/** As JSON text: `JSON.stringify` cannot write the deep ones. */
const values: Record<string, string> = {
  "a list in 5,000 lists": `${"[".repeat(5000)}${"]".repeat(5000)}`,
  "an object in 5,000 objects": `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
  "an object without a text": '{"toString":1,"valueOf":1}',
  "a list with such an object": '[{"toString":1}]',
};

const members = [
  "redirect_uris",
  "post_logout_redirect_uris",
  "response_types",
  "grant_types",
  "client_name",
  "token_endpoint_auth_method",
  "jwks",
  "jwks_uri",
  "backchannel_logout_uri",
  "backchannel_logout_session_required",
  "frontchannel_logout_uri",
  "frontchannel_logout_session_required",
  "id_token_signed_response_alg",
  "id_token_encrypted_response_alg",
  "id_token_encrypted_response_enc",
  "userinfo_signed_response_alg",
  "userinfo_encrypted_response_alg",
  "authorization_encrypted_response_alg",
  "subject_type",
  "sector_identifier_uri",
  "application_type",
  "contacts",
  "client_uri",
  "default_acr_values",
  "scope",
  "skip_logout_consent",
  "id_token_lifetime",
  "ext_param_client_id",
  "ext_param_client_secret",
];

/** Sends a registration request with one member in this JSON text. */
function registerWith(member: string, json: string): Promise<Response> {
  const rest = member === "redirect_uris" ? "" : `"redirect_uris":["${op.photos.base}/oauth2client"],`;
  return fetch(`${op.origin}/api/identity/oauth2/dcr/v1.1/register`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: adminAuthorization },
    body: `{${rest}"${member}":${json}}`,
  });
}

describe("dynamic client registration refuses", () => {
  const keys = Object.entries(values).flatMap(([what, json]) =>
    ["kty", "n", "x5c"].map((name) => [
      `a key with ${what} as ${name}`,
      `{"keys":[${JSON.stringify({ kty: "RSA", e: "AQAB", n: "AA", [name]: undefined }).slice(0, -1)},"${name}":${json}}]}`,
    ]),
  );
  for (const member of members) {
    it(`odd values of ${member}`, async () => {
      for (const [what, json] of [...Object.entries(values), ...(member === "jwks" ? keys : [])]) {
        const response = await registerWith(member, json as string);
        const answer = (await response.json()) as Record<string, string>;
        assert.equal(response.status, 400, `${what}: ${JSON.stringify(answer)}`);
        assert.match(answer.error ?? "", /^invalid_(client_metadata|redirect_uri)$/);
        assert.match(answer.error_description ?? "", new RegExp(`${member}|JSON Web Key`), what);
      }
    });
  }
});

describe("an encrypted id_token_hint is refused", () => {
  const encoded = (json: string) => Buffer.from(json).toString("base64url");

  for (const member of ["alg", "enc", "zip", "kid"]) {
    it(`with an odd ${member}`, async () => {
      const browser = new HttpBrowser();
      await signIn(op, browser, "photos");
      for (const [what, json] of Object.entries(values)) {
        const rest = { alg: "RSA-OAEP-256", enc: "A128GCM", [member]: undefined };
        const header = `${JSON.stringify(rest).slice(0, -1)},"${member}":${json}}`;
        const id_token_hint = `${encoded(header)}.AA.AA.AA.AA`;
        for (const url of [logoutUrl(op, { id_token_hint }), authorizationUrl(op, { id_token_hint })]) {
          const { status, text } = await browser.get(url);
          assert.equal(status, 400, `${what}: ${text}`);
          assert.match(text, /This id_token_hint (is|cannot)/);
          assert.doesNotMatch(text, /\[{50}|({&quot;a&quot;:){20}/);
        }
      }
      assert.equal(await isSignedIn(op, browser), true);
    });
  }
});
