/** Keycloak 17 and newer: its admin REST API and the pages of its own themes. Written from its documentation and
 * templates; not run against the product. */
import type { Driver } from "../driver.ts";
import { pressAtOp, reachedOp } from "../op-pages.ts";
import { passSignInPages } from "../sign-in-pages.ts";
import { isIssuer } from "./admin-api.ts";
import { operations } from "./operations.ts";
import { ensure, register } from "./registration.ts";

export const keycloak: Driver = {
  name: "keycloak",
  recognizes: ({ issuer, token_endpoint: token }) =>
    isIssuer(issuer) && token === `${issuer}/protocol/openid-connect/token`,
  oneChannelPerClient: true,
  register,
  ensure,
  ...operations,

  login: (page, user, context) =>
    passSignInPages(
      page,
      user,
      {
        username: "#username",
        password: "#password",
        // The consent page gives its own button the same id, and a name.
        submit: "#kc-login:not([name=accept])",
        refused: '[id^="input-error"], .alert-error',
        allow: '#kc-login[name="accept"]',
      },
      context,
    ),

  confirmLogout: (page, context) => pressAtOp(page, "#kc-logout", context),

  /** The page has no button for "no": users leave it. */
  async declineLogout(page, context) {
    await reachedOp(page, context);
    await page.locator("#kc-logout").waitFor();
    await page.goto("about:blank");
  },
};
