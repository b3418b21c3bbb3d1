/** The clients of this app at its OpenID Providers. What a client registered decides what its tokens must look like. */
import { defaultMethod, type Encryption } from "#lib/oidc/jwe.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { RegisteredClient } from "./model.ts";
import type { RelyingParty } from "./relying-party.ts";

export interface Client {
  clientId: string;
  /** Absent for a public client, and for one that was only typed into the form. */
  clientSecret?: string;
  /** Absent: its tokens are signed and not encrypted. */
  encryption?: Encryption;
}

/** The known clients; the form offers the first. */
export async function clientsAt(provider: OpenIdProvider, rp: RelyingParty): Promise<Client[]> {
  const registered = await registeredClient(provider, rp);
  return [...(registered ? [registered] : []), ...(provider === rp.provider ? configuredClients(rp) : [])];
}

/** The client that this app registered for itself; none once its secret has expired. */
async function registeredClient({ issuer }: OpenIdProvider, rp: RelyingParty): Promise<Client | undefined> {
  const client = await rp.store.readRegisteredClient(issuer);
  if (!client || isExpired(client, rp)) return undefined;
  const { clientId, clientSecret, encryption } = client;
  return {
    clientId,
    ...(clientSecret !== undefined ? { clientSecret } : {}),
    ...(encryption ? { encryption } : {}),
  };
}

/** Whether the client's secret has expired (RFC 7591 3.2.1). */
export const isExpired = ({ secretExpiresAt }: RegisteredClient, rp: RelyingParty): boolean =>
  secretExpiresAt ? secretExpiresAt * 1000 <= rp.now() : false;

/** What is known about a client: only its ID, if a user typed it into the form. */
export async function clientNamed(
  provider: OpenIdProvider,
  clientId: string,
  rp: RelyingParty,
): Promise<Client> {
  const known = await clientsAt(provider, rp);
  return known.find((client) => client.clientId === clientId) ?? { clientId };
}

function configuredClients({ config }: RelyingParty): Client[] {
  const { CLIENT_ID, CLIENT_SECRET, PUBLIC_CLIENT_ID } = config;
  const alg = config.ID_TOKEN_ENCRYPTED_RESPONSE_ALG;
  const enc = config.ID_TOKEN_ENCRYPTED_RESPONSE_ENC ?? defaultMethod;
  const own: Client = {
    clientId: CLIENT_ID,
    ...(CLIENT_SECRET ? { clientSecret: CLIENT_SECRET } : {}),
    ...(alg ? { encryption: { alg, enc } } : {}),
  };
  return [own, { clientId: PUBLIC_CLIENT_ID ?? "" }].filter(({ clientId }) => clientId !== "");
}
