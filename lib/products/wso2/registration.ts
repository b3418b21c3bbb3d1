/** Registration at WSO2 Identity Server: by its Application Management API, which can set what dynamic registration cannot
 * (consents, the subject claim), or dynamically. */
import { z } from "zod";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { bodyOf, createdId } from "../admin-api.ts";
import { allRedirectUris, fresh, isPublic, unsupportedFields } from "../client-fields.ts";
import { differences, merged } from "../differences.ts";
import type { ClientToEnsure, DriverContext, EnsuredClient, RegisteredClient } from "../driver.ts";
import { registerDynamically, registersByApi } from "../generic/dynamic-registration.ts";
import { askServer, productName } from "./admin-api.ts";
import { credentialsOf, protocolOf, representationOf, settingsOf } from "./client.ts";

const applications = z.object({
  applications: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
});
const credentials = z.object({ clientId: z.string(), clientSecret: z.string().optional() });

const applicationsPath = "/api/server/v1/applications";
const protocolAt = (id: string | undefined): string => `${applicationsPath}/${id}/inbound-protocols/oidc`;

const genericAdvice = "--driver generic registers without it.";
const advice = {
  404: `The Application Management API is not there: is this WSO2 Identity Server 5.11 or newer? ${genericAdvice}`,
  409: "An application of this name or client ID exists that this user cannot see: rename or delete it in the console.",
  501: `This server does not support this request; it may be older than 7.0. ${genericAdvice}`,
};

/** Dynamically if there is no such API (before 5.11). */
export async function register(metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient> {
  if (!registersByApi(context)) return registerWithoutApi(metadata, context);
  const json = representationOf(metadata, { name: fresh(String(metadata.client_name)), forTutorial: false });
  const created = await askServer(context, applicationsPath, {
    method: "POST",
    json,
    expected: [201, 404],
    advice,
  });
  if (created.status === 404) return registerWithoutApi(metadata, context);
  const id = createdId(created);
  const answer = await askServer(context, protocolAt(id), { expected: [200] });
  const { clientId, clientSecret = "" } = bodyOf(answer, credentials, productName);
  return {
    clientId,
    ...(clientSecret !== "" && { clientSecret }),
    missing: unsupportedFields(metadata),
    remove: async () => {
      await askServer(context, `${applicationsPath}/${id}`, { method: "DELETE" });
    },
  };
}

/** Post-logout URIs have to be redirect URIs here too. */
async function registerWithoutApi(
  metadata: ClientMetadata,
  context: DriverContext,
): Promise<RegisteredClient> {
  const asked = { ...metadata, redirect_uris: allRedirectUris(metadata) };
  const client = await registerDynamically(asked, context);
  return { ...client, missing: client.missing.filter((field) => field !== "post_logout_redirect_uris") };
}

/** By the Application Management API, which finds the application by its name. */
export async function ensure(client: ClientToEnsure, context: DriverContext): Promise<EnsuredClient> {
  const { metadata, clientId: name } = client;
  const wanted = { ...client, name, forTutorial: true };
  const found = await find(name, context);
  const changed = found === undefined ? [] : await update(found, client, context);
  if (found === undefined) {
    const json = representationOf(metadata, wanted);
    await askServer(context, applicationsPath, { method: "POST", json, expected: [201], advice });
  }
  const id = found ?? (await find(name, context));
  const answer = await askServer(context, protocolAt(id), { expected: [200], advice });
  const { clientId, clientSecret = client.clientSecret } = bodyOf(answer, credentials, productName);
  return {
    clientId,
    ...(!isPublic(metadata) && clientSecret !== undefined && { clientSecret }),
    outcome: found === undefined ? "created" : changed.length > 0 ? "updated" : "unchanged",
    changed,
  };
}

async function find(name: string, context: DriverContext): Promise<string | undefined> {
  const filter = encodeURIComponent(`name eq ${name}`);
  const answer = await askServer(context, `${applicationsPath}?filter=${filter}`, {
    expected: [200],
    advice,
  });
  const { applications: found } = bodyOf(answer, applications, productName);
  return found.find((each) => each.name === name)?.id;
}

/** @returns the dotted names of what was changed */
async function update(
  id: string,
  { metadata, ...client }: ClientToEnsure,
  context: DriverContext,
): Promise<string[]> {
  const settings = settingsOf({ forTutorial: true });
  const current = await askServer(context, `${applicationsPath}/${id}`, { expected: [200], advice });
  const changed = differences(current.body, settings);
  // Only our settings: the server refuses some of those that it returns.
  if (changed.length > 0)
    await askServer(context, `${applicationsPath}/${id}`, { method: "PATCH", json: settings, advice });

  const answer = await askServer(context, protocolAt(id), { expected: [200, 404], advice });
  const there = answer.status === 200 ? answer.body : undefined;
  const wanted = protocolOf(metadata, { forTutorial: true });
  const differing = differences(there, wanted);
  const json = merged(there ?? credentialsOf(client), wanted);
  if (differing.length > 0) await askServer(context, protocolAt(id), { method: "PUT", json, advice });
  return [...changed, ...differing];
}
