/** Registration at Keycloak: by its admin REST API, or dynamically. */
import { z } from "zod";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { bodyOf, createdId } from "../admin-api.ts";
import { fresh, isPublic, unsupportedFields } from "../client-fields.ts";
import { differences, merged } from "../differences.ts";
import type { ClientToEnsure, DriverContext, EnsuredClient, RegisteredClient } from "../driver.ts";
import { registerDynamically, registersByApi } from "../generic/dynamic-registration.ts";
import { askRealm, productName } from "./admin-api.ts";
import { representationOf, usesFrontChannel } from "./client.ts";

const clients = z.array(z.looseObject({ id: z.string(), clientId: z.string() }));

const frontChannelFields = ["frontchannel_logout_uri", "frontchannel_logout_session_required"];

const advice = {
  404: "The admin REST API is not there: is this Keycloak 17 or newer, and the API reachable at this address?",
  409: "A client of this ID exists that this user cannot see.",
};

export async function register(metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient> {
  if (!registersByApi(context)) return registerWithoutApi(metadata, context);
  const clientId = fresh(String(metadata.client_name));
  const secret = isPublic(metadata) ? {} : { clientSecret: crypto.randomUUID() };
  const json = representationOf(metadata, { clientId, ...secret, forTutorial: false });
  const id = createdId(
    await askRealm(context, "/clients", { method: "POST", json, expected: [201], advice }),
  );
  const remove = async () => {
    await askRealm(context, `/clients/${id}`, { method: "DELETE" });
  };
  const unused = usesFrontChannel(metadata) ? [] : frontChannelFields;
  return {
    clientId,
    ...secret,
    missing: [...unsupportedFields(metadata, "id_token_signed_response_alg"), ...unused],
    ...(id !== undefined && { remove }),
  };
}

/** Dynamic registration stores the front-channel address, but cannot switch Keycloak to that channel, so it is not asked
 * for. */
async function registerWithoutApi(
  metadata: ClientMetadata,
  context: DriverContext,
): Promise<RegisteredClient> {
  const isKept = ([field]: [string, unknown]) => !frontChannelFields.includes(field);
  const kept = Object.fromEntries(Object.entries(metadata).filter(isKept)) as unknown as ClientMetadata;
  const { report = [], missing, ...client } = await registerDynamically(kept, context);
  const reason = `dynamic registration at ${productName} cannot switch it on`;
  const leftOut = frontChannelFields.flatMap((field) =>
    field in metadata ? [{ field, asked: metadata[field], result: "ignored" as const, reason }] : [],
  );
  return { ...client, missing: [...missing, ...frontChannelFields], report: [...report, ...leftOut] };
}

export async function ensure(
  { metadata, clientId, clientSecret }: ClientToEnsure,
  context: DriverContext,
): Promise<EnsuredClient> {
  const query = `?clientId=${encodeURIComponent(clientId)}`;
  const answer = await askRealm(context, `/clients${query}`, { expected: [200], advice });
  const found = bodyOf(answer, clients, productName).find((each) => each.clientId === clientId);
  const wanted = representationOf(metadata, { clientId, clientSecret, forTutorial: true });
  const changed = found ? differences(found, wanted) : [];
  if (!found) await askRealm(context, "/clients", { method: "POST", json: wanted, expected: [201], advice });
  else if (changed.length > 0)
    await askRealm(context, `/clients/${found.id}`, { method: "PUT", json: merged(found, wanted), advice });
  return {
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    outcome: found ? (changed.length > 0 ? "updated" : "unchanged") : "created",
    changed,
  };
}
