/** Keycloak 17 and newer: its admin REST API and the pages of its own themes. Written from its documentation and
 * templates; not run against the product. */

import { CannotRun } from "#lib/cli/errors.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { administrator, askAdminApi, fresh } from "../admin-api.ts";
import type { Driver, DriverContext, RegisteredClient, User } from "../driver.ts";
import { registerDynamically, registersByApi } from "../generic/dynamic-registration.ts";
import { passSignInPages } from "../sign-in-pages.ts";

export const keycloak: Driver = {
  name: "keycloak",
  oneChannelPerClient: true,
  register,
  endSession,
  endAllSessions,
  rotateKeys,
  changePassword,
  disableUser,

  login: (page, user) =>
    passSignInPages(page, user, {
      username: "#username",
      password: "#password",
      // The consent page gives its own button the same id, and a name.
      submit: "#kc-login:not([name=accept])",
      refused: '[id^="input-error"], .alert-error',
      allow: '#kc-login[name="accept"]',
    }),

  confirmLogout: (page) => page.locator("#kc-logout").click(),

  /** Its page has no button for "no": one leaves it. */
  async declineLogout(page) {
    await page.locator("#kc-logout").waitFor();
    await page.goto("about:blank");
  },
};

async function register(metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient> {
  if (!registersByApi(context)) return registerWithoutApi(metadata, context);
  const isPublic = metadata.token_endpoint_auth_method === "none";
  const clientId = fresh(String(metadata.client_name));
  const secret = isPublic ? undefined : crypto.randomUUID();
  const { client, missing } = clientOf(metadata, clientId, secret);
  const url = `${realmApi(context)}/clients`;
  const headers = await bearer(context);
  const { location } = await askAdminApi(context, url, [201], { method: "POST", headers, json: client });
  const remove = async () => {
    const id = encodeURIComponent(location?.split("/").at(-1) ?? "");
    await askAdminApi(context, `${url}/${id}`, [204], { method: "DELETE", headers: await bearer(context) });
  };
  return {
    clientId,
    ...(secret === undefined ? {} : { clientSecret: secret }),
    missing,
    ...(location ? { remove } : {}),
  };
}

/** Dynamic registration writes the front channel's address down, but has no word for the switch that has Keycloak use it:
 * it is not asked for. */
async function registerWithoutApi(
  metadata: ClientMetadata,
  context: DriverContext,
): Promise<RegisteredClient> {
  const fields = Object.entries(metadata).filter(([field]) => !frontChannelFields.includes(field));
  const client = await registerDynamically(Object.fromEntries(fields) as unknown as ClientMetadata, context);
  return { ...client, missing: [...client.missing, ...frontChannelFields] };
}

const frontChannelFields = ["frontchannel_logout_uri", "frontchannel_logout_session_required"];

/** A client as Keycloak writes it down. It tells a client by one of the two channels, so one that asks for both gets the
 * back channel. */
export function clientOf(
  metadata: ClientMetadata,
  clientId: string,
  secret: string | undefined,
): { client: object; missing: string[] } {
  const {
    client_name: _name,
    response_types: _responseTypes,
    grant_types: grants = [],
    token_endpoint_auth_method: _method,
    redirect_uris: redirectUris,
    post_logout_redirect_uris: postLogoutUris = [],
    backchannel_logout_uri: backChannel,
    backchannel_logout_session_required: backChannelSid,
    frontchannel_logout_uri: frontChannel,
    frontchannel_logout_session_required: frontChannelSid,
    id_token_signed_response_alg: alg,
    ...unknown
  } = metadata;
  const attributes = {
    "post.logout.redirect.uris": [postLogoutUris].flat().join("##"),
    "backchannel.logout.url": backChannel,
    "backchannel.logout.session.required": String(backChannelSid ?? false),
    "frontchannel.logout.url": frontChannel,
    "frontchannel.logout.session.required": String(frontChannelSid ?? false),
    "id.token.signed.response.alg": alg,
  };
  const client = {
    clientId,
    protocol: "openid-connect",
    publicClient: secret === undefined,
    secret,
    redirectUris,
    standardFlowEnabled: true,
    implicitFlowEnabled: [grants].flat().includes("implicit"),
    frontchannelLogout: backChannel === undefined && frontChannel !== undefined,
    attributes,
  };
  const unused = client.frontchannelLogout ? [] : frontChannelFields;
  return { client, missing: [...Object.keys(unknown), ...unused] };
}

/** Its `sid` is the id of the user's session. */
async function endSession(_user: User, sid: string, context: DriverContext): Promise<void> {
  const url = `${realmApi(context)}/sessions/${encodeURIComponent(sid)}`;
  await askAdminApi(context, url, [204], { method: "DELETE", headers: await bearer(context) });
}

async function endAllSessions(user: User, context: DriverContext): Promise<void> {
  const headers = await bearer(context);
  const url = `${await urlOf(user, context, headers)}/logout`;
  await askAdminApi(context, url, [204], { method: "POST", headers });
}

/** Of the active keys of an algorithm the one of the highest priority signs; the others stay published. The key stays when
 * the run has ended: tokens may have been signed with it. */
async function rotateKeys(context: DriverContext): Promise<void> {
  const priority = String(Math.floor(Date.now() / 1000)); // above all before it
  const json = {
    name: fresh("key-of-the-suite"),
    providerId: "rsa-generated",
    providerType: "org.keycloak.keys.KeyProvider",
    config: { priority: [priority], enabled: ["true"], active: ["true"], algorithm: ["RS256"] },
  };
  const url = `${realmApi(context)}/components`;
  await askAdminApi(context, url, [201], { method: "POST", headers: await bearer(context), json });
}

async function changePassword(user: User, context: DriverContext): Promise<void> {
  const headers = await bearer(context);
  const url = `${await urlOf(user, context, headers)}/reset-password`;
  const json = { type: "password", value: user.password, temporary: false };
  await askAdminApi(context, url, [204], { method: "PUT", headers, json });
}

async function disableUser(user: User, context: DriverContext): Promise<() => Promise<void>> {
  const enable = async (enabled: boolean) => {
    const headers = await bearer(context);
    const url = await urlOf(user, context, headers);
    await askAdminApi(context, url, [204], { method: "PUT", headers, json: { enabled } });
  };
  await enable(false);
  return () => enable(true);
}

async function urlOf(
  { name }: User,
  context: DriverContext,
  headers: Record<string, string>,
): Promise<string> {
  const users = `${realmApi(context)}/users`;
  const query = `?exact=true&username=${encodeURIComponent(name)}`;
  const [user] = (await askAdminApi(context, users + query, [200], { headers })).list;
  if (user) return `${users}/${user.id}`;
  throw new CannotRun(`Keycloak has no user ${name} in this realm.`);
}

/** Access tokens live for a minute: each call gets its own. */
async function bearer(context: DriverContext): Promise<Record<string, string>> {
  const { name: username, password } = administrator(context, "Keycloak");
  const url = `${partsOf(context).base}/realms/master/protocol/openid-connect/token`;
  const form = { grant_type: "password", client_id: "admin-cli", username, password };
  const { body } = await askAdminApi(context, url, [200], { method: "POST", form });
  return { authorization: `Bearer ${body.access_token}` };
}

const realmApi = (context: DriverContext): string => {
  const { base, realm } = partsOf(context);
  return `${base}/admin/realms/${realm}`;
};

function partsOf({ issuer }: DriverContext): { base: string; realm: string } {
  const [, base, realm] = /^(https?:\/\/.+)\/realms\/([^/]+)$/.exec(issuer) ?? [];
  if (base && realm) return { base, realm };
  throw new CannotRun(
    `${issuer} is no issuer of Keycloak, which ends in /realms/NAME. Try --driver generic.`,
  );
}
