import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { clientMetadata } from "#lib/oidc/client-metadata.ts";
import { appToRegister } from "./registration.ts";

test("at hosts that only browsers know, the app registers other addresses for the OP's server", () => {
  const config = parseRpConfig({
    RP_NAME: "playground2",
    RP_BASE_URLS: "http://playground2.localhost:8080/playground2,http://localhost:8080/playground2",
    RP_SECRET: "0123456789abcdef0123456789abcdef",
    OP_ISSUER: "http://localhost:9443/oauth2/token",
  });
  const encryption = { alg: "RSA-OAEP", enc: "A256GCM" };
  const asked = clientMetadata({ ...appToRegister({ config }), encryption }, {});
  assert.equal(asked.backchannel_logout_uri, "http://localhost:8080/playground2/bclogout");
  assert.equal(asked.jwks_uri, "http://localhost:8080/playground2/jwks");
  assert.equal(asked.frontchannel_logout_uri, "http://playground2.localhost:8080/playground2/fclogout");
});
