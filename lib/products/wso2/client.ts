/** A client as WSO2 Identity Server stores it: an application, with its OpenID Connect protocol. */
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { allRedirectUris, type ClientRecord, isPublic, listIn, originsOf } from "../client-fields.ts";

type Json = Record<string, unknown>;

const usernameClaim = { uri: "http://wso2.org/claims/username" };

interface ApplicationRecord extends Omit<ClientRecord, "clientId"> {
  name: string;
  /** The server chooses both if absent. */
  clientId?: string;
}

export function representationOf(metadata: ClientMetadata, record: ApplicationRecord): Json {
  const oidc = { ...credentialsOf(record), ...protocolOf(metadata, record) };
  return { name: record.name, ...settingsOf(record), inboundProtocolConfiguration: { oidc } };
}

/** Of the application. For the tutorial both consents, and the name as subject, which 7.x would replace by an ID. */
export const settingsOf = ({ forTutorial }: Pick<ClientRecord, "forTutorial">): Json => ({
  ...(forTutorial && {
    claimConfiguration: {
      dialect: "LOCAL",
      requestedClaims: [{ claim: usernameClaim, mandatory: false }],
      subject: { claim: usernameClaim, includeUserDomain: false, includeTenantDomain: false },
    },
  }),
  advancedConfigurations: { skipLoginConsent: !forTutorial, skipLogoutConsent: false },
});

export const credentialsOf = ({ clientId, clientSecret }: Partial<ClientRecord>): Json => ({
  ...(clientId !== undefined && { clientId }),
  ...(clientSecret !== undefined && { clientSecret }),
});

export function protocolOf(
  metadata: ClientMetadata,
  { forTutorial }: Pick<ClientRecord, "forTutorial">,
): Json {
  return {
    grantTypes: listIn(metadata, "grant_types"),
    callbackURLs: [regexpOf(allRedirectUris(metadata))],
    allowedOrigins: originsOf(metadata),
    publicClient: isPublic(metadata),
    pkce: { mandatory: false, supportPlainTransformAlgorithm: true },
    // New in 7.0.
    ...(forTutorial && { hybridFlow: { enable: true, responseType: "code id_token" } }),
    logout: {
      backChannelLogoutUrl: metadata.backchannel_logout_uri,
      frontChannelLogoutUrl: metadata.frontchannel_logout_uri,
    },
  };
}

/** The server stores one callback for redirect and post-logout URIs alike: an expression that matches exactly these. */
const regexpOf = (urls: readonly string[]): string =>
  `regexp=(${urls.map((url) => url.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`;
