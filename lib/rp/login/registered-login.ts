/** A login that a library has completed: validated again here, so that it leaves the same record as our own. */
import { verifyIdToken } from "#lib/oidc/id-token.ts";
import type { Client } from "../clients.ts";
import type { RelyingParty } from "../relying-party.ts";
import { beginSession, tokensFrom } from "./begin-session.ts";

/** The token response, with the ID Token decrypted, and the `session_state` of the authorization response. */
interface ReceivedTokens {
  id_token?: string | undefined;
  access_token?: string | undefined;
  refresh_token?: string | undefined;
  scope?: string | undefined;
  /** Seconds since the epoch. */
  expires_at?: number | undefined;
  session_state?: string | undefined;
}

/** Begins a session for this client at the configured OP.
 * @returns its id
 * @throws {ProtocolError} as for every login */
export async function beginRegisteredSession(
  received: ReceivedTokens,
  { clientId }: Client,
  browser: { base: string; startedAt: number; formerId: string | undefined },
  rp: RelyingParty,
): Promise<string> {
  const { provider } = rp;
  const now = rp.now();
  const { claims, verdicts, signed } = await verifyIdToken(received.id_token ?? "", {
    issuer: provider.issuer,
    clientId,
    alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG,
    keys: await rp.keysOf(provider),
    decryption: { encryptions: [], keys: async () => [] },
    accessToken: received.access_token,
    frontChannel: false,
    now: Math.floor(now / 1000),
  });
  const metadata = await provider.metadata();
  const opIframe = metadata.check_session_iframe;
  const expires_in = received.expires_at && received.expires_at - Math.floor(now / 1000);
  const { startedAt, formerId, base } = browser;
  return beginSession(
    {
      ...{ claims, clientId, startedAt, formerId },
      verdicts: [...provider.authenticationVerdicts(clientId), ...verdicts],
      tokens: tokensFrom({ ...received, expires_in }, { issuer: provider.issuer, clientId, now }, signed),
      signedInBy: "next-auth",
      grantType: "code",
      responseType: "code",
      // The callback of silent requests; same origin as next-auth's own.
      redirectUri: `${base}/oauth2client`,
      authorizationEndpoint: metadata.authorization_endpoint ?? "",
      tokenEndpoint: metadata.token_endpoint ?? "",
      endSessionEndpoint: metadata.end_session_endpoint ?? "",
      checkSessionIframe: typeof opIframe === "string" ? opIframe : "",
      ...(received.session_state ? { sessionState: received.session_state } : {}),
    },
    rp,
  );
}
