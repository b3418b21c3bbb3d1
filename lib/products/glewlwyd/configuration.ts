/** Sets Glewlwyd up through its administration API: the OpenID Connect plugin, clients, users, consent. */
import { signedIn } from "./admin-api.ts";
import { openIdConnectPlugin, PLUGIN } from "./plugin.ts";

export interface GlewlwydClient {
  id: string;
  /** What users read; the `id` where absent. */
  name?: string;
  /** Absent: a public client. */
  secret?: string;
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  backchannelLogoutUri?: string;
  frontchannelLogoutUri?: string;
  /** Whether logout tokens must carry `sid`. `true` where absent. */
  backchannelSessionRequired?: boolean;
  /** Whether front-channel requests must carry `iss` and `sid`. `true` where absent. */
  frontchannelSessionRequired?: boolean;
}

export interface GlewlwydUser {
  name: string;
  password: string;
}

interface Wanted {
  origin: string;
  clients: readonly GlewlwydClient[];
  users: readonly GlewlwydUser[];
  consented: boolean;
}

/** The administrator that the packaged schema brings. */
export const administrator = { name: "admin", password: "password" };
const scopes = ["openid", "profile", "email"];
/** The package knows `openid`; the others are ours to make. */
const newScopes = ["profile", "email"];

/** @returns the issuer */
export async function configure({ origin, clients, users, consented }: Wanted): Promise<string> {
  const issuer = `${origin}/api/${PLUGIN}`;
  await signedIn(origin, administrator, async (api) => {
    for (const name of newScopes) {
      const scope = { name, display_name: name, description: name, password_required: false, scheme: {} };
      await api.call("POST", "/scope/", scope);
    }
    await api.call("POST", "/mod/plugin/", openIdConnectPlugin(issuer, scopes));
    for (const client of clients) await api.call("POST", "/client/", clientRecord(client));
    for (const user of users) await api.call("POST", "/user/", userRecord(user));
  });
  if (consented) await allowEverything(origin, users, clients);
  return issuer;
}

async function allowEverything(
  origin: string,
  users: readonly GlewlwydUser[],
  clients: readonly GlewlwydClient[],
): Promise<void> {
  for (const user of users) {
    await signedIn(origin, user, async (api) => {
      for (const { id } of clients)
        await api.call("PUT", `/auth/grant/${encodeURIComponent(id)}`, { scope: scopes.join(" ") });
    });
  }
}

/** A client as the administration API takes it. */
export function clientRecord(client: GlewlwydClient): object {
  const { backchannelSessionRequired: backSid = true, frontchannelSessionRequired: frontSid = true } = client;
  const {
    id,
    name = id,
    secret,
    redirectUris,
    postLogoutRedirectUris,
    backchannelLogoutUri,
    frontchannelLogoutUri,
  } = client;
  const credentials =
    secret === undefined
      ? { token_endpoint_auth_method: ["none"] }
      : { client_secret: secret, token_endpoint_auth_method: ["client_secret_basic", "client_secret_post"] };
  return {
    client_id: id,
    name,
    enabled: true,
    confidential: secret !== undefined,
    redirect_uri: redirectUris,
    post_logout_redirect_uris: postLogoutRedirectUris,
    authorization_type: ["code", "token", "id_token", "none", "refresh_token"],
    ...credentials,
    ...(backchannelLogoutUri !== undefined && {
      backchannel_logout_uri: backchannelLogoutUri,
      backchannel_logout_session_required: backSid ? "yes" : "no",
    }),
    ...(frontchannelLogoutUri !== undefined && {
      frontchannel_logout_uri: frontchannelLogoutUri,
      frontchannel_logout_session_required: frontSid ? "yes" : "no",
    }),
  };
}

const userRecord = ({ name, password }: GlewlwydUser): object => ({
  username: name,
  name,
  email: `${name}@example.org`,
  password,
  enabled: true,
  scope: [...scopes, "g_profile"],
});
