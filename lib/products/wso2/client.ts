/** WSO2 Identity Server: its Application Management API, which can set what dynamic registration there cannot
 * (consents, the subject claim). */
import { z } from "zod";
import { DemoError } from "#lib/cli/demo-error.ts";
import type { Patience } from "#lib/cli/starting.ts";
import { redirectUris } from "#lib/oidc/client-metadata.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import {
  type AdminAnswer,
  type AdminRequest,
  askAdminApi,
  authorizationHeader,
  refusal,
} from "#lib/register/admin-api.ts";
import { differences, merged } from "../differences.ts";
import type { ClientToRegister, Driver, RegisteredClient } from "../registration-driver.ts";

const applications = z.object({
  applications: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
});
const credentials = z.object({ clientId: z.string(), clientSecret: z.string().optional() });

const USERNAME = { uri: "http://wso2.org/claims/username" };
const USE_DCR = "--driver dcr registers without it.";
const advice = {
  401: "Pass an administrator with --registration-auth USER:PASSWORD.",
  403: "This user may not manage applications: pass an administrator with --registration-auth USER:PASSWORD.",
  404: `The Application Management API is not there: is this WSO2 Identity Server 5.11 or newer? ${USE_DCR}`,
  409: "There is an application of this name or client ID that this user cannot see: rename or delete it in the console.",
  501: `This server does not take what is asked for; it may be older than 7.0. ${USE_DCR}`,
};

/** @throws {DemoError} if the issuer cannot be one of WSO2 Identity Server */
export function wso2Driver(
  issuer: string,
  authorization: RegistrationAuthorization,
  patience: Patience,
): Driver {
  const [, base] = /^(https?:\/\/.+)\/oauth2\/token$/.exec(issuer) ?? [];
  if (!base) {
    throw new DemoError(
      `${issuer} is no issuer of WSO2 Identity Server, which ends in /oauth2/token. ${USE_DCR}`,
    );
  }
  const all = `${base}/api/server/v1/applications`;
  const headers = { authorization: authorizationHeader(authorization) };

  async function ask(
    url: string,
    expected: number[],
    request: Omit<AdminRequest, "headers"> = {},
  ): Promise<AdminAnswer> {
    const answer = await askAdminApi(url, { ...request, headers }, patience);
    if (expected.includes(answer.status)) return answer;
    throw refusal(answer, advice);
  }

  async function find(name: string): Promise<string | undefined> {
    const url = `${all}?filter=${encodeURIComponent(`name eq ${name}`)}`;
    const found = applications.safeParse((await ask(url, [200])).body);
    if (!found.success)
      throw new DemoError(`${all} does not answer as WSO2 Identity Server does. ${USE_DCR}`);
    return found.data.applications.find((each) => each.name === name)?.id;
  }

  /** @returns the dotted names of what was changed */
  async function update(id: string, client: ClientToRegister): Promise<string[]> {
    const changed = differences((await ask(`${all}/${id}`, [200])).body, settings);
    // Only what is ours: the server refuses some of what it tells itself.
    if (changed.length > 0) await ask(`${all}/${id}`, [200], { method: "PATCH", json: settings });

    const oidc = `${all}/${id}/inbound-protocols/oidc`;
    const answer = await ask(oidc, [200, 404]);
    const known = answer.status === 200 ? answer.body : credentialsOf(client);
    const wanted = protocolOf(client);
    const differing = differences(answer.status === 200 ? answer.body : {}, wanted);
    if (differing.length > 0) await ask(oidc, [200, 201], { method: "PUT", json: merged(known, wanted) });
    return [...changed, ...differing];
  }

  return {
    register: async (client): Promise<RegisteredClient> => {
      const id = await find(client.clientId);
      let changed: string[] = [];
      if (id) changed = await update(id, client);
      else await ask(all, [201], { method: "POST", json: newApplication(client) });

      const there = id ?? (await find(client.clientId));
      const answer = await ask(`${all}/${there}/inbound-protocols/oidc`, [200]);
      const { clientId, clientSecret = client.clientSecret } = credentials.parse(answer.body);
      const outcome = id ? (changed.length > 0 ? "updated" : "unchanged") : "created";
      const confidential = client.clientSecret !== undefined && clientSecret !== undefined;
      return { clientId, ...(confidential && { clientSecret }), outcome, changed, report: [] };
    },
  };
}

const newApplication = (client: ClientToRegister) => ({
  name: client.clientId,
  ...settings,
  inboundProtocolConfiguration: { oidc: { ...credentialsOf(client), ...protocolOf(client) } },
});

/** As the tutorial shows it: the name as subject, which 7.x would make an id, and both questions asked. */
const settings = {
  claimConfiguration: {
    dialect: "LOCAL",
    requestedClaims: [{ claim: USERNAME, mandatory: false }],
    subject: { claim: USERNAME, includeUserDomain: false, includeTenantDomain: false },
  },
  advancedConfigurations: { skipLoginConsent: false, skipLogoutConsent: false },
};

const credentialsOf = ({ clientId, clientSecret }: ClientToRegister) => ({
  clientId,
  ...(clientSecret !== undefined && { clientSecret }),
});

function protocolOf({ addresses: { baseUrls, serverUrl }, clientSecret }: ClientToRegister) {
  const isPublic = clientSecret === undefined;
  const grants = ["authorization_code", "implicit", "refresh_token", "password"];
  return {
    // RFC 6749 4.4: the client credentials grant is for confidential clients only.
    grantTypes: isPublic ? grants : [...grants, "client_credentials"],
    callbackURLs: [regexpOf([...redirectUris(baseUrls), ...baseUrls.map((base) => `${base}/logout`)])],
    allowedOrigins: baseUrls.map((base) => new URL(base).origin),
    publicClient: isPublic,
    pkce: { mandatory: false, supportPlainTransformAlgorithm: true },
    hybridFlow: { enable: true, responseType: "code id_token" },
    logout: {
      backChannelLogoutUrl: `${serverUrl}/bclogout`,
      frontChannelLogoutUrl: `${baseUrls[0]}/fclogout`,
    },
  };
}

/** The server keeps one callback, for callbacks and post-logout URIs alike: an expression that matches these and no
 * others. */
export const regexpOf = (urls: readonly string[]): string =>
  `regexp=(${urls.map((url) => url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`;
