/** WSO2 Identity Server 5.10 to 7.3: its Application Management API, and both generations of its pages. Written from its
 * sources and documentation; not run against the product. */
import type { Page } from "@playwright/test";
import { CannotRun } from "#lib/cli/errors.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { administrator, askAdminApi, basicAuthorization, fieldsBeside, fresh } from "../admin-api.ts";
import type { Driver, DriverContext, RegisteredClient, User } from "../driver.ts";
import { registerDynamically, registersByApi } from "../generic/dynamic-registration.ts";
import { passSignInPages } from "../sign-in-pages.ts";
import { regexpOf } from "./client.ts";

const PRODUCT = "WSO2 Identity Server";
const consentForm = "#oidc_logout_consent_form";

export const wso2: Driver = {
  name: "wso2",
  register,
  endAllSessions,
  // No endSession: its API names sessions by a key of its own, which cannot be told from a `sid`.

  login: (page, user) =>
    passSignInPages(
      page,
      user,
      {
        // From 5.10 on, `#username` is a hidden copy of the visible field.
        username: "#usernameUserInput:visible, #username:visible",
        password: "#password",
        submit:
          '#sign-in-button, button[data-testid="login-page-continue-login-button"], #loginForm [type="submit"]',
        refused: "#error-msg",
        allow: "#approve",
      },
      chooseAll,
    ),

  // 5.11 and newer have two buttons without ids, older versions an input each.
  confirmLogout: (page) => page.locator(`${consentForm} button.primary, ${consentForm} #approve`).click(),
  declineLogout: (page) =>
    page.locator(`${consentForm} button.secondary, ${consentForm} input[type="reset"]`).click(),
};

/** Every claim, and for good where the page asks: `prompt=none` wants a consent that lasts. */
async function chooseAll(page: Page): Promise<void> {
  const choices = 'input[name="scope-approval"][value="approveAlways"], input.mandatory-claim';
  for (const choice of await page.locator(choices).all()) await choice.check({ force: true });
}

/** By the Application Management API, which alone can leave the login consent out; dynamically without an administrator,
 * and where there is no such API (before 5.11). */
async function register(metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient> {
  if (!registersByApi(context)) return registerWithoutApi(metadata, context);
  const headers = basicAuthorization(administrator(context, PRODUCT));
  const all = `${baseOf(context)}/api/server/v1/applications`;
  const json = applicationOf(metadata);
  const { status, location = "" } = await askAdminApi(context, all, [201, 404], {
    method: "POST",
    headers,
    json,
  });
  if (status === 404) return registerWithoutApi(metadata, context);
  const id = location.split("/").at(-1);
  const { body } = await askAdminApi(context, `${all}/${id}/inbound-protocols/oidc`, [200], { headers });
  const { clientId, clientSecret } = body;
  if (typeof clientId !== "string") throw new CannotRun(`${all} does not answer as ${PRODUCT} does.`);
  return {
    clientId,
    ...(typeof clientSecret === "string" && clientSecret !== "" ? { clientSecret } : {}),
    missing: fieldsBeside(metadata),
    remove: async () => {
      await askAdminApi(context, `${all}/${id}`, [204], { method: "DELETE", headers });
    },
  };
}

/** Post-logout URIs have to be redirect URIs here too. */
async function registerWithoutApi(
  metadata: ClientMetadata,
  context: DriverContext,
): Promise<RegisteredClient> {
  const client = await registerDynamically({ ...metadata, redirect_uris: urisOf(metadata) }, context);
  return { ...client, missing: client.missing.filter((field) => field !== "post_logout_redirect_uris") };
}

const urisOf = ({ redirect_uris: redirect, post_logout_redirect_uris: postLogout }: ClientMetadata) =>
  [redirect ?? [], postLogout ?? []].flat() as string[];

/** A client as the API writes it down. Post-logout URIs have no list of their own: they have to be callbacks, and of
 * these there is one, a regular expression where it has to match several. */
export function applicationOf(metadata: ClientMetadata): object {
  return {
    name: fresh(String(metadata.client_name)),
    inboundProtocolConfiguration: {
      oidc: {
        grantTypes: metadata.grant_types,
        callbackURLs: [regexpOf(urisOf(metadata))],
        publicClient: metadata.token_endpoint_auth_method === "none",
        logout: {
          backChannelLogoutUrl: metadata.backchannel_logout_uri,
          frontChannelLogoutUrl: metadata.frontchannel_logout_uri,
        },
      },
    },
    advancedConfigurations: { skipLoginConsent: true, skipLogoutConsent: false },
  };
}

/** Session Management API; the user by SCIM. */
async function endAllSessions({ name }: User, context: DriverContext): Promise<void> {
  const headers = basicAuthorization(administrator(context, PRODUCT));
  const base = baseOf(context);
  const filter = encodeURIComponent(`userName eq ${name}`);
  const { body } = await askAdminApi(context, `${base}/scim2/Users?filter=${filter}`, [200], { headers });
  const [user] = (body.Resources ?? []) as { id?: string }[];
  if (!user?.id) throw new CannotRun(`${PRODUCT} has no user ${name}.`);
  const sessions = `${base}/api/users/v1/${user.id}/sessions`;
  await askAdminApi(context, sessions, [204], { method: "DELETE", headers });
}

/** Of a tenant, with its path. */
function baseOf({ issuer }: DriverContext): string {
  const [, base] = /^(https?:\/\/.+)\/oauth2\/(?:token|oidcdiscovery)$/.exec(issuer) ?? [];
  if (base) return base;
  throw new CannotRun(
    `${issuer} is no issuer of ${PRODUCT}, which ends in /oauth2/token. Try --driver generic.`,
  );
}
