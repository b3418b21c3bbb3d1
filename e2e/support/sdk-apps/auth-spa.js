/** An app with @asgardeo/auth-spa. */
import { AsgardeoSPAClient } from "@asgardeo/auth-spa";
import { clientId, home, onClick, op, showUser } from "./page.js";

const client = AsgardeoSPAClient.getInstance();
await client.initialize({
  clientID: clientId,
  baseUrl: op,
  signInRedirectURL: home,
  signOutRedirectURL: home,
  scope: ["openid", "profile"],
  enableOIDCSessionManagement: true,
  checkSessionInterval: 1,
});
onClick("sign-in", () => client.signIn());
onClick("sign-out", () => client.signOut());
await client.signIn({ callOnlyOnRedirect: true });
showUser((await client.isAuthenticated()) ? (await client.getDecodedIDToken()).sub : undefined);
