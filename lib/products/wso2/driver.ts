/** WSO2 Identity Server 5.10 to 7.3: its APIs, and both generations of its pages. Written from its sources and
 * documentation; not run against the product. */
import type { Page } from "@playwright/test";
import { z } from "zod";
import { CannotRun } from "#lib/cli/errors.ts";
import { bodyOf } from "../admin-api.ts";
import type { Driver, DriverContext, User } from "../driver.ts";
import { pressAtOp } from "../op-pages.ts";
import { passSignInPages } from "../sign-in-pages.ts";
import { askServer, isIssuer, productName } from "./admin-api.ts";
import { ensure, register } from "./registration.ts";

const consentForm = "#oidc_logout_consent_form";

export const wso2: Driver = {
  name: "wso2",
  recognizes: ({ issuer, end_session_endpoint: endpoint }) =>
    isIssuer(issuer) && URL.parse(String(endpoint))?.pathname.endsWith("/oidc/logout") === true,
  register,
  ensure,
  endAllSessions,
  // No endSession: the API names sessions by a key of its own, which cannot be derived from a `sid`.

  login: (page, user, context) =>
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
      context,
      chooseAll,
    ),

  // 5.11 and newer have two buttons without ids, older versions an input each.
  confirmLogout: (page, context) =>
    pressAtOp(page, `${consentForm} button.primary, ${consentForm} #approve`, context),
  declineLogout: (page, context) =>
    pressAtOp(page, `${consentForm} button.secondary, ${consentForm} input[type="reset"]`, context),
};

/** Every claim, and permanently if the page offers it: `prompt=none` needs a consent that lasts. */
async function chooseAll(page: Page): Promise<void> {
  const choices = 'input[name="scope-approval"][value="approveAlways"], input.mandatory-claim';
  for (const choice of await page.locator(choices).all()) await choice.check({ force: true });
}

const users = z.object({ Resources: z.array(z.object({ id: z.string() })).default([]) });

/** Session Management API; the user by SCIM. */
async function endAllSessions({ name }: User, context: DriverContext): Promise<void> {
  const filter = encodeURIComponent(`userName eq ${name}`);
  const answer = await askServer(context, `/scim2/Users?filter=${filter}`, { expected: [200] });
  const [user] = bodyOf(answer, users, productName).Resources;
  if (!user) throw new CannotRun(`${productName} has no user ${name}.`);
  await askServer(context, `/api/users/v1/${user.id}/sessions`, { method: "DELETE" });
}
