/** POST /register: registers this app at its OpenID Provider (RFC 7591), or forgets that registration (RFC 7592). */
import { type ClientToRegister, clientMetadata } from "#lib/oidc/client-metadata.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import { deleteClient, registerClient } from "#lib/oidc/registration.ts";
import { countsOf } from "#lib/oidc/registration-report.ts";
import { assertSameOrigin, type Endpoint, readForm, seeOther } from "../http.ts";
import { FormError } from "../login/authorize-form.ts";
import type { RegisteredClient, RegistrationForm } from "../model.ts";
import { keptChoices, parseRegistrationForm, type RegistrationChoice } from "../registration-form.ts";
import { baseUrlFor, type RelyingParty } from "../relying-party.ts";
import { newSessionId, readSession, sessionCookie } from "../session/session-cookie.ts";

export const register: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const fields = await readForm(request);
  const session = await readSession(request.headers.get("cookie"), rp);
  const registration = fields.get("action") === "forget" ? await forget(rp) : await submit(fields, rp);
  const { values = {}, errors = {} } = session?.form ?? {};
  const kept = { values: { ...values }, errors, registration };
  // The authorize form is to be filled in with the client that this app is now.
  if (Object.keys(registration.errors).length === 0) delete kept.values.client_id;
  const sessionId = session?.sessionId ?? newSessionId();
  await rp.store.saveForm(sessionId, kept, rp.now());
  return seeOther(`${base}/registration`, [await sessionCookie(sessionId, base, rp)]);
};

/** This app as it registers itself. */
export function appToRegister({ config }: Pick<RelyingParty, "config">): ClientToRegister {
  const baseUrls = config.RP_BASE_URLS as [string, ...string[]];
  // Browsers find subdomains of localhost by themselves; an OP's server need not.
  const serverUrl = baseUrls.find((url) => !new URL(url).hostname.endsWith(".localhost")) ?? baseUrls[0];
  return { name: config.RP_NAME, baseUrls, serverUrl, alg: config.ID_TOKEN_SIGNED_RESPONSE_ALG };
}

/** Why this app cannot register itself; undefined where it can. */
export function obstacleTo(provider: Metadata, { config }: RelyingParty): string | undefined {
  const alg = config.ID_TOKEN_SIGNED_RESPONSE_ALG;
  if (!provider.registration_endpoint) return `${provider.issuer} has no registration endpoint.`;
  if (alg.startsWith("HS"))
    return `This app takes tokens signed with ${alg} and the configured CLIENT_SECRET, and a client registered here would have another. Set ID_TOKEN_SIGNED_RESPONSE_ALG to RS256, for example.`;
  return undefined;
}

/** Nothing is lost by a failure: the choices stay, with what was wrong. */
async function submit(fields: URLSearchParams, rp: RelyingParty): Promise<RegistrationForm> {
  const values = keptChoices(fields);
  try {
    await registerAt(await rp.provider.metadata(), parseRegistrationForm(fields), rp);
    return { values, errors: {} };
  } catch (error) {
    if (error instanceof FormError) return { values, errors: error.errors };
    if (!(error instanceof ProtocolError) || error.code === "store_unavailable") throw error;
    await rp.record({
      type: "client_registered",
      data: { issuer: rp.provider.issuer, error: error.message },
    });
    return { values, errors: { "": [error.message, error.help].filter(Boolean).join(" ") } };
  }
}

async function registerAt(provider: Metadata, choice: RegistrationChoice, rp: RelyingParty): Promise<void> {
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

/** Back to the configured client; the one at the OP is deleted where the OP said how. */
async function forget(rp: RelyingParty): Promise<RegistrationForm> {
  const { issuer } = rp.provider;
  const client = await rp.store.readRegisteredClient(issuer);
  if (!client) return { values: {}, errors: {}, forgotten: "There was no registration to forget." };
  const { clientId } = client;
  const problem = await deleteAtProvider(client, rp);
  await rp.store.forgetRegisteredClient(issuer);
  const atProvider = problem ?? "deleted";
  await rp.record({ type: "client_forgotten", data: { issuer, clientId, atProvider } });
  const there = problem
    ? `At the OpenID Provider it is still registered: ${problem}`
    : "The OpenID Provider has deleted it too.";
  return { values: {}, errors: {}, forgotten: `Client ${clientId} is forgotten here. ${there}` };
}

/** @returns why the client is still there; undefined when it is gone */
async function deleteAtProvider(
  { management }: RegisteredClient,
  rp: RelyingParty,
): Promise<string | undefined> {
  if (!management) return "it answered no registration_client_uri by which a client can delete itself.";
  try {
    await deleteClient(management, rp.fetch);
    return undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}
