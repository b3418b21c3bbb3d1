/** Dynamic client registration as at WSO2 IS: authorized by an administrator's username and password. */
import { randomBytes } from "node:crypto";
import type Provider from "oidc-provider";
import { type Configuration, errors } from "oidc-provider";
import { authenticate, isAdministrator } from "./accounts.ts";
import { clientIdRule, isClientId } from "./client-id.ts";
import type { Context, Next, OpenIdProvider } from "./open-id-provider.ts";
import { endpointPaths } from "./paths.ts";
import type { OpStore } from "./store/op-store.ts";

/** The library requires this token instead of the password; it never leaves this process. */
const initialAccessToken = randomBytes(32).toString("base64url");

type Features = NonNullable<Configuration["features"]>;

/** @returns the library's settings; WSO2's `ext_param_client_id` and `ext_param_client_secret` set the credentials */
export function registrationFeatures(
  store: OpStore,
): Pick<Features, "registration" | "registrationManagement"> {
  return {
    registration: {
      enabled: true,
      initialAccessToken,
      idFactory: (ctx) => chosenClientId(store, ctx.oidc.body?.ext_param_client_id),
      secretFactory: (ctx) => chosenSecret(ctx.oidc.body?.ext_param_client_secret),
    },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
  };
}

function chosenSecret(wanted: unknown): string {
  if (wanted === undefined || wanted === "") return randomBytes(32).toString("base64url");
  if (typeof wanted === "string") return wanted;
  throw new errors.InvalidClientMetadata("ext_param_client_secret must be text");
}

function chosenClientId(store: OpStore, wanted: unknown): string {
  const clientId = wanted || randomBytes(16).toString("base64url");
  if (!isClientId(clientId)) {
    throw new errors.InvalidClientMetadata(`ext_param_client_id must be ${clientIdRule}`);
  }
  if (store.find("Client", clientId))
    throw new errors.InvalidClientMetadata(`client_id ${clientId} is taken`);
  return clientId;
}

/** Checks `Authorization: Basic` and replaces it with the token that the library expects. The library itself checks a
 * registration access token (RFC 7592). */
export function administratorsRegister(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const { path, clientId } = registrationPath(ctx.path);
    const [scheme = "", credentials = ""] = ctx.get("Authorization").split(" ");
    if (!path || (clientId && /^bearer$/i.test(scheme))) {
      await next();
      return;
    }
    if (!/^basic$/i.test(scheme) || !isAdministratorsPassword(credentials)) {
      refuse(ctx);
      return;
    }
    await (clientId ? manage(op.provider, ctx, clientId, next) : asBearer(ctx, initialAccessToken, next));
  };
}

function registrationPath(path: string): { path: boolean; clientId?: string } {
  if (path === endpointPaths.registration) return { path: true };
  const prefix = `${endpointPaths.registration}/`;
  return path.startsWith(prefix)
    ? { path: true, clientId: decoded(path.slice(prefix.length)) }
    : { path: false };
}

/** An invalid encoding matches no client. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function isAdministratorsPassword(credentials: string): boolean {
  const [username = "", ...password] = Buffer.from(credentials, "base64").toString("utf8").split(":");
  return isAdministrator(authenticate(username, password.join(":"))?.username);
}

function refuse(ctx: Context): void {
  ctx.status = 401;
  ctx.set({
    "WWW-Authenticate": 'Basic realm="client registration", charset="UTF-8"',
    "Cache-Control": "no-store",
  });
  ctx.body = {
    error: "invalid_token",
    error_description:
      "Registration requires the username and password of an administrator (Authorization: Basic)",
  };
}

/** Reads, changes or deletes a client by password, as at WSO2 IS, with a token for this one request. */
async function manage(provider: Provider, ctx: Context, clientId: string, next: Next): Promise<void> {
  const client = await provider.Client.find(clientId);
  if (!client) {
    ctx.status = 404;
    ctx.body = { error: "not_found", error_description: `no client ${clientId} is registered` };
    return;
  }
  // The library sets a token's client this way, but does not type it here.
  const token = Object.assign(new provider.RegistrationAccessToken(), { clientId, expiresIn: 60 });
  const value = await token.save();
  try {
    await asBearer(ctx, value, next);
  } finally {
    await token.destroy();
  }
  if (ctx.body && typeof ctx.body === "object") Reflect.deleteProperty(ctx.body, "registration_access_token");
}

async function asBearer(ctx: Context, token: string, next: Next): Promise<void> {
  ctx.req.headers.authorization = `Bearer ${token}`;
  await next();
}
