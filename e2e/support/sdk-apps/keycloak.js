/** An app with keycloak-js. */
import Keycloak from "keycloak-js";
import { clientId, home, onClick, op, showEvent, showUser } from "./page.js";

// Read before `init` removes it from the URL. keycloak-js asks the OP iframe with the `sid` of the access token, as
// Keycloak's iframe expects; SM 3.1 requires the session_state.
const sessionState = new URLSearchParams(location.hash.slice(1)).get("session_state");

const keycloak = new Keycloak({ clientId, oidcProvider: `${op}/oauth2/token` });
keycloak.onAuthLogout = () => {
  showEvent("logged out elsewhere");
  showUser(undefined);
};
onClick("sign-in", () => keycloak.login({ redirectUri: home }));
onClick("sign-out", () => keycloak.logout({ redirectUri: home }));
await keycloak.init({ checkLoginIframeInterval: 1 });
if (sessionState) keycloak.sessionId = sessionState;
showUser(keycloak.authenticated ? keycloak.subject : undefined);
