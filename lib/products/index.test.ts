import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Metadata } from "#lib/oidc/provider.ts";
import { driverFor } from "./index.ts";

describe("the product is recognized by its discovery document", () => {
  const document = (issuer: string, more: Record<string, unknown> = {}) => ({ issuer, ...more }) as Metadata;
  const wso2Paths = { end_session_endpoint: "https://h:9443/oidc/logout" };
  const glewlwydAt = (issuer: string) => ({
    authorization_endpoint: `${issuer}/auth`,
    userinfo_endpoint: `${issuer}/userinfo`,
    introspection_endpoint: `${issuer}/introspect`,
  });
  const cases: [string, Metadata][] = [
    ["wso2", document("https://h:9443/oauth2/token", wso2Paths)],
    [
      "wso2",
      document("https://h/t/acme/oauth2/token", { end_session_endpoint: "https://h/t/acme/oidc/logout" }),
    ],
    [
      "embedded",
      document("https://h:9443/oauth2/token", { ...wso2Paths, end_session_everywhere_supported: true }),
    ],
    [
      "keycloak",
      document("https://h/realms/a", { token_endpoint: "https://h/realms/a/protocol/openid-connect/token" }),
    ],
    ["glewlwyd", document("http://h/api/oidc", glewlwydAt("http://h/api/oidc"))],
    ["generic", document("https://h/realms/a", { token_endpoint: "https://h/realms/a/token" })],
    ["generic", document("https://h/oauth2/token", { end_session_endpoint: "https://h/logout" })],
    ["generic", document("https://h", { end_session_endpoint: 5 })],
  ];
  for (const [driver, metadata] of cases) {
    it(`${metadata.issuer} with ${Object.keys(metadata).length} fields: ${driver}`, () => {
      assert.equal(driverFor(metadata).name, driver);
    });
  }
});
