/** Configures the library and wires up the OP. */
import { type Configuration, Provider as Library } from "oidc-provider";
import { findAccount } from "./accounts.ts";
import { serveAssets } from "./assets.ts";
import { extraClientMetadata, idTokenLifetime } from "./client-metadata.ts";
import { allowHttpCallbacks, exactPostLogoutUris, supportedResponseTypes } from "./clients.ts";
import { allowCredentials, allowOriginsOfClient } from "./cors.ts";
import {
  answerDiscoveryAliases,
  canonicalHost,
  documentHeaders,
  oneSpelling,
  problemPages,
  retryLater,
  sameOriginForms,
} from "./edge.ts";
import { contentAlgorithms, keyAlgorithms, secretAlgorithms } from "./encryption.ts";
import { keepSessionsEnded } from "./ended-sessions.ts";
import { handleEvents } from "./events.ts";
import { breakConfiguration, installFaults } from "./faults/install.ts";
import { loadExistingGrant } from "./grants.ts";
import { issueJwtAccessTokens } from "./jwt-access-tokens.ts";
import { addTimeOfEvent, outgoingFetch } from "./logout/backchannel-logout.ts";
import { decryptedHints } from "./logout/encrypted-hint.ts";
import { checkEverywhere, everywhereMetadata } from "./logout/everywhere.ts";
import { refuseOtherTokensAsHints } from "./logout/hint-type.ts";
import { addSessionState, sessionManagement } from "./logout/session-management.ts";
import {
  cookieName,
  type OpenIdProvider,
  type Surroundings,
  sessionCookie,
  sessionLifetime,
} from "./open-id-provider.ts";
import { interactionUrl } from "./pages/interaction.ts";
import { renderLogoutConsent } from "./pages/logout.ts";
import { renderLoggedOut } from "./pages/logout-outcome.ts";
import { postedRequests } from "./pages/posted-request.ts";
import { renderLibraryError } from "./pages/problem.ts";
import { ownPages } from "./pages/routes.ts";
import { registerPasswordGrant } from "./password-grant.ts";
import { endpointPaths, pagePaths } from "./paths.ts";
import { administratorsRegister, registrationFeatures } from "./registration.ts";
import { boundedRequests } from "./request-bounds.ts";
import { supportedScopes } from "./scopes.ts";
import { shareSid } from "./session-id.ts";
import { subjectAt } from "./subject.ts";

/** The algorithms of our own keys. */
const signingAlgorithms = ["RS256", "PS256", "ES256"] as const;

/** Builds the OpenID Provider; its `provider` is the Koa application that answers requests. */
export function buildProvider(surroundings: Surroundings): OpenIdProvider {
  const isBroken = surroundings.config.OP_FAULTS.length > 0;
  const settings = configuration(surroundings);
  if (isBroken) breakConfiguration(settings, surroundings);
  const provider = new Library(surroundings.issuer, settings);
  const op = { ...surroundings, provider };
  allowHttpCallbacks(provider);
  exactPostLogoutUris(provider);
  shareSid(provider);
  keepSessionsEnded(provider, op.store);
  addTimeOfEvent(provider);
  refuseOtherTokensAsHints(provider);
  issueJwtAccessTokens(op);
  registerPasswordGrant(provider, Object.keys(supportedScopes));
  handleEvents(provider, op);
  addSessionState(op);
  if (isBroken) installFaults(op);
  // Outermost first.
  provider.use(oneSpelling);
  provider.use(documentHeaders);
  provider.use(allowCredentials);
  provider.use(retryLater);
  provider.use(problemPages(op));
  provider.use(canonicalHost(op));
  provider.use(serveAssets());
  provider.use(answerDiscoveryAliases);
  provider.use(administratorsRegister(op));
  provider.use(sameOriginForms(op));
  provider.use(postedRequests(op));
  provider.use(boundedRequests);
  provider.use(checkEverywhere);
  provider.use(decryptedHints(op));
  provider.use(ownPages(op));
  provider.use(sessionManagement(op));
  return op;
}

function configuration(op: Surroundings): Configuration {
  return {
    adapter: (model) => op.store.adapter(model),
    jwks: op.keys.jwks,
    cookies: {
      names: {
        session: cookieName(op, "op.session"),
        interaction: cookieName(op, "op.interaction"),
        resume: cookieName(op, "op.resume"),
      },
      keys: op.keys.cookieKeys,
      long: sessionCookie(op),
      // For the steps of a sign-in, which are never framed: `Lax` on https too.
      short: { httpOnly: true, sameSite: "lax", signed: true, overwrite: true },
    },
    routes: endpointPaths,
    discovery: {
      check_session_iframe: `${op.origin}${pagePaths.opIframe}`,
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
      ...everywhereMetadata,
    },
    responseTypes: supportedResponseTypes,
    scopes: Object.keys(supportedScopes),
    claims: Object.fromEntries(Object.entries(supportedScopes).map(([scope, { claims }]) => [scope, claims])),
    conformIdTokenClaims: false, // claims in the ID Token too, as at WSO2 IS
    findAccount: (_ctx, username) => findAccount(username),
    interactions: { url: (_ctx, { prompt, uid }) => interactionUrl(prompt.name, uid) },
    loadExistingGrant: (ctx) => loadExistingGrant(op.store, ctx),
    extraClientMetadata,
    clientDefaults: { backchannel_logout_session_required: true },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "none"],
    clientBasedCORS: allowOriginsOfClient,
    subjectTypes: ["public", "pairwise"],
    pairwiseIdentifier: (_ctx, accountId, client) => subjectAt(op.keys, client, accountId),
    enabledJWA: {
      idTokenSigningAlgValues: ["HS256", ...signingAlgorithms],
      idTokenEncryptionAlgValues: [...keyAlgorithms, ...secretAlgorithms],
      idTokenEncryptionEncValues: contentAlgorithms,
      userinfoSigningAlgValues: signingAlgorithms,
      userinfoEncryptionAlgValues: keyAlgorithms,
      userinfoEncryptionEncValues: contentAlgorithms,
      authorizationSigningAlgValues: signingAlgorithms,
      authorizationEncryptionAlgValues: keyAlgorithms,
      authorizationEncryptionEncValues: contentAlgorithms,
    },
    pkce: { required: () => false },
    fetch: outgoingFetch(op.config.OP_APPS),
    renderError: renderLibraryError(op),
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      ClientCredentials: 3600,
      Grant: 14 * 24 * 3600,
      IdToken: idTokenLifetime,
      Interaction: 3600,
      RefreshToken: 14 * 24 * 3600,
      Session: sessionLifetime,
    },
    features: {
      ...registrationFeatures(op.store),
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      encryption: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      jwtResponseModes: { enabled: true },
      jwtUserinfo: { enabled: true },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: renderLogoutConsent(op),
        postLogoutSuccessSource: renderLoggedOut(op),
      },
    },
  };
}
