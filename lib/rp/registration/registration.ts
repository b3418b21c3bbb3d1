/** This app's registration at its OpenID Provider (RFC 7591), and its deletion (RFC 7592). */
import { type ClientToRegister, clientMetadata } from "#lib/oidc/client-metadata.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import { deleteClient, registerClient } from "#lib/oidc/registration.ts";
import { countsOf } from "#lib/oidc/registration-report.ts";
import type { RegisteredClient, RegistrationForm } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import type { RegistrationChoice } from "./registration-form.ts";

/** This app as it registers itself. */
export function appToRegister({ config }: Pick<RelyingParty, "config">): ClientToRegister {
  const baseUrls = config.RP_BASE_URLS as [string, ...string[]];
  // Browsers resolve subdomains of localhost; an OP's server may not.
  const serverUrl = baseUrls.find((url) => !new URL(url).hostname.endsWith(".localhost")) ?? baseUrls[0];
  return {
    ...{ name: config.RP_NAME, baseUrls, serverUrl, alg: config.ID_TOKEN_SIGNED_RESPONSE_ALG },
    sidRequired: config.FRONTCHANNEL_LOGOUT_SESSION_REQUIRED,
  };
}

/** Why this app cannot register itself; undefined if it can. */
export function obstacleTo(provider: Metadata, { config }: RelyingParty): string | undefined {
  const alg = config.ID_TOKEN_SIGNED_RESPONSE_ALG;
  if (!provider.registration_endpoint) return `${provider.issuer} has no registration endpoint.`;
  if (alg.startsWith("HS"))
    return `This app accepts tokens signed with ${alg} and the configured CLIENT_SECRET, but a client registered here would have another secret. Set ID_TOKEN_SIGNED_RESPONSE_ALG to RS256, for example.`;
  return undefined;
}

/** @throws {ProtocolError} `registration_refused`, or `provider_unavailable` */
export async function registerAt(
  provider: Metadata,
  choice: RegistrationChoice,
  rp: RelyingParty,
): Promise<void> {
  const obstacle = obstacleTo(provider, rp);
  if (obstacle) throw new ProtocolError("registration_refused", obstacle);
  const { issuer } = rp.provider;
  const { authorization, encryption } = choice;
  const asked = clientMetadata({ ...appToRegister(rp), encryption }, provider);
  const registered = await registerClient({ asked, provider, authorization, fetch: rp.fetch });
  await rp.store.saveRegisteredClient({ issuer, registeredAt: rp.now(), ...registered });
  const { clientId, report } = registered;
  await rp.record({ type: "client_registered", data: { issuer, clientId, counts: countsOf(report) } });
}

/** Returns to the configured client, and deletes the registered one at the OP if it said how. */
export async function forget(rp: RelyingParty): Promise<RegistrationForm> {
  const { issuer } = rp.provider;
  const client = await rp.store.readRegisteredClient(issuer);
  if (!client) return { values: {}, errors: {}, forgotten: "There is no registration to forget." };
  const { clientId } = client;
  const problem = await deleteAtProvider(client, rp);
  await rp.store.forgetRegisteredClient(issuer);
  const atProvider = problem ?? "deleted";
  await rp.record({ type: "client_forgotten", data: { issuer, clientId, atProvider } });
  const there = problem
    ? `It is still registered at the OpenID Provider: ${problem}`
    : "The OpenID Provider has deleted it too.";
  return { values: {}, errors: {}, forgotten: `This app has forgotten client ${clientId}. ${there}` };
}

/** @returns why the client still exists; undefined when it is deleted */
async function deleteAtProvider(
  { management }: RegisteredClient,
  rp: RelyingParty,
): Promise<string | undefined> {
  if (!management) return "it returned no registration_client_uri for deleting the client.";
  try {
    await deleteClient(management, rp.fetch);
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}
