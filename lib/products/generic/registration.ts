/** Dynamic client registration, at any OpenID Provider that has it. */
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { registerApp } from "#lib/register/registration.ts";
import type { Driver } from "../registration-driver.ts";

/** Registers anew each time: RFC 7591 has no way to find a client again. The OP chooses ID and secret. */
export const dcrDriver = (
  metadata: Metadata,
  authorization: RegistrationAuthorization | undefined,
  encryption: Encryption | undefined,
): Driver => ({
  register: async ({ app, addresses }) => {
    const asked = { metadata, addresses, authorization, encryption };
    const { registration, report } = await registerApp(app, asked);
    const { issuer: _issuer, name: _name, baseUrls: _baseUrls, ...client } = registration;
    return { ...client, outcome: "created", changed: [], report };
  },
});
