/** Registration at Glewlwyd: by its administration API, or dynamically if its configuration allows it. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { administrator } from "../admin-api.ts";
import { fresh, isPublic, unsupportedFields } from "../client-fields.ts";
import type { DriverContext, RegisteredClient } from "../driver.ts";
import { registerDynamically, registersByApi } from "../generic/dynamic-registration.ts";
import { type Api, originOf, productName, signedIn } from "./admin-api.ts";
import { representationOf } from "./client.ts";

export const register = (metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient> =>
  oneAfterTheOther(() =>
    registersByApi(context) ? registerByApi(metadata, context) : registerDynamically(metadata, context),
  );

async function registerByApi(metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient> {
  const [origin, admin] = [originOf(context), administrator(context, productName)];
  const asAdministrator = (work: (api: Api) => Promise<unknown>) =>
    signedIn(origin, admin, work, context.fetch);
  const clientId = plain(fresh("rp"));
  const secret = isPublic(metadata) ? {} : { clientSecret: plain(crypto.randomUUID()) };
  const record = representationOf(metadata, { clientId, ...secret });
  await asAdministrator((api) => api.call("POST", "/client/", record));
  return {
    clientId,
    ...secret,
    missing: unsupportedFields(metadata),
    remove: () => oneAfterTheOther(() => asAdministrator((api) => api.call("DELETE", `/client/${clientId}`))),
  };
}

let last: Promise<unknown> = Promise.resolve();

/** On SQLite, of two clients that are created at the same time, one is refused or left incomplete. */
function oneAfterTheOther<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work);
  last = done.catch(() => undefined);
  return done;
}

/** Glewlwyd does not decode what HTTP Basic authentication carries: it must not contain what RFC 6749 2.3.1 encodes. */
const plain = (text: string): string => text.replaceAll("-", "");
