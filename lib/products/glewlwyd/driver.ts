/** Glewlwyd 2.7, as Debian's packages bring it (e2e/idps/glewlwyd). */
import type { Page } from "@playwright/test";
import { CannotRun } from "#lib/cli/errors.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { administrator, fieldsBeside, fresh } from "../admin-api.ts";
import type { Driver, DriverContext, RegisteredClient } from "../driver.ts";
import { registerDynamically, registersByApi } from "../generic/dynamic-registration.ts";
import { signedIn } from "./admin-api.ts";
import { clientRecord } from "./configuration.ts";
import { glewlwydSessions, originOf } from "./sessions.ts";

export const glewlwyd: Driver = {
  name: "glewlwyd",
  // Both come with session management, and discovery has no word for them.
  undeclared: ["back-channel", "front-channel"],
  promptNoneNeedsHint: true,
  returnsOnlyWithState: true,
  // Its registration endpoint is open by configuration; an administrator can always.
  register: (metadata, context) =>
    oneAfterTheOther(() =>
      registersByApi(context) ? registerByApi(metadata, context) : registerDynamically(metadata, context),
    ),
  login,
  ...glewlwydSessions,

  confirmLogout: (page) => clickOnceLoaded(page, "button.btn-danger:not(.dropdown-toggle)"),
  declineLogout: (page) => clickOnceLoaded(page, "button.btn-primary.btn-icon-right"),
};

/** The buttons are there before the page knows whom to tell and where to go back to; people are slower than that. */
async function clickOnceLoaded(page: Page, button: string): Promise<void> {
  await page.locator(button).waitFor();
  await page.waitForFunction(() => {
    if (!new URLSearchParams(location.search).has("sid")) return true;
    const fetched = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    return fetched.some(({ name, responseEnd }) => name.includes("/session/") && responseEnd > 0);
  });
  await page.locator(button).click();
}

/** A page to continue from always comes, also where nothing is asked; the scopes before it, once for each client. */
async function login(page: Page, { name, password }: { name: string; password: string }): Promise<void> {
  const secret = page.locator("#password");
  const grants = page.locator('[id^="grant-"]').first();
  const onward = page.locator("button.btn-success");
  await secret.or(grants).or(onward).first().waitFor();
  if (await secret.isVisible()) {
    await page.locator("#username").fill(name);
    await secret.fill(password);
    await page.locator("#loginbut").click();
    await grants.or(onward).first().waitFor();
  }
  if (await grants.isVisible()) await page.locator("button.btn-primary").click();
  await onward.click();
}

async function registerByApi(metadata: ClientMetadata, context: DriverContext): Promise<RegisteredClient> {
  const [origin, admin] = [originOf(context), administrator(context, "Glewlwyd")];
  const client = {
    id: plain(fresh("rp")),
    name: String(metadata.client_name),
    ...(metadata.token_endpoint_auth_method === "none" ? {} : { secret: plain(crypto.randomUUID()) }),
    redirectUris: [metadata.redirect_uris ?? []].flat() as string[],
    postLogoutRedirectUris: [metadata.post_logout_redirect_uris ?? []].flat() as string[],
    ...(metadata.backchannel_logout_uri
      ? { backchannelLogoutUri: String(metadata.backchannel_logout_uri) }
      : {}),
    ...(metadata.frontchannel_logout_uri
      ? { frontchannelLogoutUri: String(metadata.frontchannel_logout_uri) }
      : {}),
    backchannelSessionRequired: metadata.backchannel_logout_session_required === true,
    frontchannelSessionRequired: metadata.frontchannel_logout_session_required === true,
  };
  await signedIn(origin, admin, (api) => api.call("POST", "/client/", clientRecord(client))).catch(
    (error: Error) => {
      throw new CannotRun(`${error.message} Check the name and password of --admin.`);
    },
  );
  return {
    clientId: client.id,
    ...(client.secret === undefined ? {} : { clientSecret: client.secret }),
    missing: fieldsBeside(metadata),
    remove: () =>
      oneAfterTheOther(() => signedIn(origin, admin, (api) => api.call("DELETE", `/client/${client.id}`))),
  };
}

let last: Promise<unknown> = Promise.resolve();

/** On SQLite, of two clients that are made at the same time one is refused or left half made. */
function oneAfterTheOther<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work);
  last = done.catch(() => undefined);
  return done;
}

/** Glewlwyd takes what HTTP Basic authentication carries as it comes: nothing that RFC 6749 2.3.1 encodes may be in it. */
const plain = (text: string): string => text.replaceAll("-", "");
