/** Keycloak: its admin REST API. */
import { z } from "zod";
import { DemoError } from "#lib/cli/demo-error.ts";
import type { Patience } from "#lib/cli/starting.ts";
import { redirectUris } from "#lib/oidc/client-metadata.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { type AdminRequest, askAdminApi, refusal } from "#lib/register/admin-api.ts";
import { differences, merged } from "../differences.ts";
import type { ClientToRegister, Driver } from "../registration-driver.ts";

const tokens = z.object({ access_token: z.string() });
const clients = z.array(z.looseObject({ id: z.string(), clientId: z.string() }));

const ADMINISTRATOR = "Pass an administrator of the master realm with --registration-auth USER:PASSWORD.";
const advice = {
  401: ADMINISTRATOR,
  403: `This user may not manage clients of this realm. ${ADMINISTRATOR}`,
  404: "The admin REST API is not there: is this Keycloak 17 or newer, and the API reachable at this address?",
  409: "There is such a client that this user cannot see.",
};

/** @throws {DemoError} if the issuer cannot be one of Keycloak */
export function keycloakDriver(
  issuer: string,
  authorization: RegistrationAuthorization,
  patience: Patience,
): Driver {
  const [, base, realm] = /^(https?:\/\/.+)\/realms\/([^/]+)$/.exec(issuer) ?? [];
  if (!base || !realm) {
    throw new DemoError(
      `${issuer} is no issuer of Keycloak, which ends in /realms/NAME. --driver dcr registers at any OpenID Provider.`,
    );
  }
  const all = `${base}/admin/realms/${realm}/clients`;

  /** Access tokens live for a minute: each client gets its own. */
  async function bearer(): Promise<string> {
    if ("token" in authorization) return authorization.token;
    const { user: username, password } = authorization;
    const url = `${base}/realms/master/protocol/openid-connect/token`;
    const form = { grant_type: "password", client_id: "admin-cli", username, password };
    const answer = await askAdminApi(url, { method: "POST", headers: {}, form }, patience);
    const parsed = tokens.safeParse(answer.body);
    if (answer.status === 200 && parsed.success) return parsed.data.access_token;
    // Keycloak answers 400 to an account that is not fully set up.
    throw refusal(answer, { ...advice, 400: ADMINISTRATOR });
  }

  return {
    register: async (client) => {
      const headers = { authorization: `Bearer ${await bearer()}` };
      const ask = async (url: string, expected: number, request: Omit<AdminRequest, "headers"> = {}) => {
        const answer = await askAdminApi(url, { ...request, headers }, patience);
        if (answer.status !== expected) throw refusal(answer, advice);
        return answer;
      };
      const { clientId, clientSecret } = client;
      const found = clients.safeParse(
        (await ask(`${all}?clientId=${encodeURIComponent(clientId)}`, 200)).body,
      );
      if (!found.success) throw new DemoError(`${all} does not answer as Keycloak does.`);
      const there = found.data.find((each) => each.clientId === clientId);
      const wanted = representationOf(client);
      const changed = there ? differences(there, wanted) : [];
      if (!there) await ask(all, 201, { method: "POST", json: wanted });
      else if (changed.length > 0)
        await ask(`${all}/${there.id}`, 204, { method: "PUT", json: merged(there, wanted) });
      return {
        clientId,
        ...(clientSecret !== undefined && { clientSecret }),
        outcome: there ? (changed.length > 0 ? "updated" : "unchanged") : "created",
        changed,
        report: [],
      };
    },
  };
}

/** The client as Keycloak writes it down. */
export function representationOf({
  clientId,
  clientSecret,
  addresses: { baseUrls, serverUrl },
}: ClientToRegister) {
  const isPublic = clientSecret === undefined;
  return {
    clientId,
    protocol: "openid-connect",
    enabled: true,
    publicClient: isPublic,
    ...(!isPublic && { secret: clientSecret }),
    standardFlowEnabled: true,
    implicitFlowEnabled: true,
    directAccessGrantsEnabled: true,
    // RFC 6749 4.4: the client credentials grant is for confidential clients only.
    serviceAccountsEnabled: !isPublic,
    consentRequired: true,
    redirectUris: redirectUris(baseUrls),
    webOrigins: baseUrls.map((base) => new URL(base).origin),
    // Keycloak sends a client one or the other: with this on, no logout token. The front-channel URL is there for whoever
    // switches it on.
    frontchannelLogout: false,
    attributes: {
      "backchannel.logout.url": `${serverUrl}/bclogout`,
      "backchannel.logout.session.required": "true",
      "frontchannel.logout.url": `${baseUrls[0]}/fclogout`,
      "frontchannel.logout.session.required": "true",
      "post.logout.redirect.uris": baseUrls.map((base) => `${base}/logout`).join("##"),
    },
  };
}
