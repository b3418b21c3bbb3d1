/** Glewlwyd's OpenID Connect plugin, with every logout mechanism and open registration. */
import { generateKeyPairSync } from "node:crypto";

/** Part of the issuer. */
export const pluginName = "oidc";

const tokenSeconds = 3_600;
const refreshSeconds = 1_209_600;
const sessionSeconds = 2_419_200;

/** The record of the administration API, with a signing key of its own. */
export function openIdConnectPlugin(issuer: string, scopes: string[]): object {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return {
    module: "oidc",
    name: pluginName,
    display_name: "OpenID Connect",
    enabled: true,
    parameters: {
      iss: issuer,
      "jwt-type": "rsa",
      "jwt-key-size": "256",
      key: privateKey,
      cert: publicKey,
      ...tokens,
      ...flows,
      ...claims,
      ...registration,
      ...logout,
      "allowed-scope": scopes,
      "subject-type": "public",
      "request-parameter-allow": true,
      // Applies to every request that Glewlwyd sends, logout tokens too.
      "request-uri-allow-https-non-secure": false,
      "introspection-revocation-allowed": true,
      "introspection-revocation-allow-target-client": true,
      "introspection-revocation-auth-scope": [],
    },
  };
}

const tokens = {
  "access-token-duration": tokenSeconds,
  "refresh-token-duration": refreshSeconds,
  "refresh-token-rolling": true,
  "code-duration": 600,
};

const flows = {
  "allow-non-oidc": false,
  "auth-type-code-enabled": true,
  "auth-type-token-enabled": true,
  "auth-type-implicit-enabled": true,
  "auth-type-none-enabled": true,
  "auth-type-refresh-enabled": true,
  "auth-type-client-enabled": false,
  "auth-type-password-enabled": false,
  "auth-type-device-enabled": false,
  "pkce-allowed": true,
  "pkce-method-plain-allowed": false,
};

const claims = {
  "name-claim": "on-demand",
  "name-claim-scope": ["profile"],
  "email-claim": "on-demand",
  "email-claim-scope": ["email"],
  claims: [
    {
      name: "preferred_username",
      "user-property": "username",
      type: "string",
      mandatory: false,
      "on-demand": true,
      scope: ["profile"],
    },
  ],
};

const registration = {
  "register-client-allowed": true,
  "register-client-auth-scope": [],
  "register-client-credentials-scope": [],
  "register-client-management-allowed": true,
};

const logout = {
  "session-management-allowed": true,
  "session-cookie-name": "GLEWLWYD2_OIDC_SID",
  "session-cookie-expiration": sessionSeconds,
  "front-channel-logout-allowed": true,
  "back-channel-logout-allowed": true,
};
