/**
 * A driver of your own, for the fictitious Acme Identity:
 *
 *   npm run check -- --issuer https://id.example --driver ./examples/my-driver.ts --admin admin:secret
 *
 * Copy this file, and replace the selectors and requests with those of your product. Node runs TypeScript as it is; no
 * build. `page` is Playwright's `Page`. Only `name`, `login`, `confirmLogout` and `declineLogout` are required; checks
 * that need something else are skipped with that reason. lib/products/driver.ts describes every member.
 */
import { administrator, askAdminApi, basicAuthorization } from "../lib/products/admin-api.ts";
import type { Driver, DriverContext } from "../lib/products/driver.ts";
import { registerDynamically, registersByApi } from "../lib/products/generic/dynamic-registration.ts";
import { pressAtOp } from "../lib/products/op-pages.ts";
import { passSignInPages } from "../lib/products/sign-in-pages.ts";

const PRODUCT = "Acme Identity";

/** The product's own API. `administrator` fails without `--admin`, and checks that need it are skipped. */
function askAcme(context: DriverContext, method: "POST" | "DELETE", path: string, json?: unknown) {
  const headers = basicAuthorization(administrator(context, PRODUCT));
  // Fails with one line that has the server's own words, unless the answer is a 2xx.
  return askAdminApi(context, `${context.issuer}/admin${path}`, { method, headers, json });
}

const driver: Driver = {
  name: "acme",

  // What the product supports without declaring it in its discovery document:
  // undeclared: ["back-channel"],

  // Signs in, and allows what the client asks for. With single sign-on there may be nothing to do: the suite continues
  // as soon as its client has its answer, whether or not this has returned. Reject with an error that says what is wrong.
  login: (page, user, context) =>
    passSignInPages(
      page,
      user,
      {
        username: "#username",
        password: "#password",
        submit: "#sign-in",
        refused: ".alert-error", // shown after a wrong password
        allow: "#allow", // of the consent page, if there is one
      },
      context,
    ),

  // Both wait for the question whether to log out, at a page of the OP: the browser may still be at an app. If the OP does
  // not ask, the suite abandons them.
  confirmLogout: (page, context) => pressAtOp(page, "#logout-yes", context),
  declineLogout: (page, context) => pressAtOp(page, "#logout-no", context),

  // Logs out at the product's own page.
  async logoutAtOp(page, { issuer }) {
    await page.goto(`${issuer}/account`);
    await page.locator("#sign-out").click();
    await page.locator("#signed-out").waitFor();
  },

  // With an administrator by the product's API, otherwise dynamically (RFC 7591). Without `register`, clients are
  // registered by hand (`--print-clients`).
  async register(metadata, context) {
    if (!registersByApi(context)) return registerDynamically(metadata, context);
    const { body } = await askAcme(context, "POST", "/clients", {
      name: metadata.client_name,
      redirectUris: metadata.redirect_uris,
      logoutRedirectUris: metadata.post_logout_redirect_uris,
      backChannelLogoutUri: metadata.backchannel_logout_uri,
    });
    const { id, secret } = body as { id: string; secret: string };
    return {
      clientId: id,
      clientSecret: secret,
      // Fields of the metadata that had no effect; checks that need one are skipped.
      missing: ["frontchannel_logout_uri", "frontchannel_logout_session_required"],
      remove: async () => {
        await askAcme(context, "DELETE", `/clients/${encodeURIComponent(id)}`);
      },
    };
  },

  // Throw whatever fails here: otherwise the OP would be blamed for sessions that never ended.
  async endSession(_user, sid, context) {
    await askAcme(context, "DELETE", `/sessions/${encodeURIComponent(sid)}`);
  },

  async endAllSessions({ name }, context) {
    await askAcme(context, "DELETE", `/users/${encodeURIComponent(name)}/sessions`);
  },

  async rotateKeys(context) {
    await askAcme(context, "POST", "/keys");
  },
};

export default driver;
