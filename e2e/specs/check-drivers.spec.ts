/** The drivers of products that cannot run here, on pages with the documented DOM, in a real browser. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import type { Driver, DriverContext } from "#lib/products/driver.ts";
import { keycloak } from "#lib/products/keycloak/driver.ts";
import { wso2 } from "#lib/products/wso2/driver.ts";

/** Pages by path. A posted form leads to the page named in its action's query, or to the client. */
type Pages = Record<string, string>;

interface StandIn {
  op: string;
  client: string;
  /** The posted forms, with their paths. */
  posted: { path: string; fields: Record<string, string> }[];
  stop(): Promise<void>;
}

const contextOf = ({ op }: StandIn): DriverContext => ({ issuer: op, metadata: { issuer: op }, fetch });

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

async function start(pages: Pages): Promise<StandIn> {
  const posted: StandIn["posted"] = [];
  const clientServer = createServer((_, response) => response.end("the client"));
  const client = await listen(clientServer);
  const opServer = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://op");
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.method === "POST") {
      posted.push({ path: pathname, fields: Object.fromEntries(new URLSearchParams(body)) });
      const next = searchParams.get("next");
      response.writeHead(303, { location: next ? `/${next}` : client }).end();
    } else {
      response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html>${pages[pathname] ?? ""}`);
    }
  });
  const op = await listen(opServer);
  const stop = async () => {
    for (const server of [opServer, clientServer]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return { op, client, posted, stop };
}

const wso2Login = (submit: string, next: string, message = "none") => `
  <form id="loginForm" method="post" action="/commonauth?next=${next}"
    onsubmit="username.value = usernameUserInput.value">
  <div id="error-msg" style="display: ${message}">Login failed!</div>
  <input id="usernameUserInput" type="text"><input id="username" name="username" type="hidden">
  <input id="password" name="password" type="password"><input name="sessionDataKey" type="hidden" value="k">
  ${submit}</form>`;
const sixSubmit = `<button type="submit" data-testid="login-page-continue-login-button">Continue</button>`;
const sevenSubmit = `<button id="sign-in-button" type="submit" data-testid="login-page-continue-login-button">Sign In</button>`;
const wso2Consent = `
  <form id="profile" name="oauth2_authz" method="post" action="/oauth2/authorize">
  <input type="hidden" id="consent" name="consent" value="deny">
  <label><input type="radio" name="scope-approval" value="approve">once</label>
  <label><input type="radio" name="scope-approval" value="approveAlways">always</label>
  <input type="checkbox" class="mandatory-claim" name="consent_0">
  <input type="button" id="approve" value="Continue" onclick="consent.value = 'approve'; form.submit()">
  <input type="reset" value="Cancel"></form>`;
const oldWso2Logout = `
  <form id="oidc_logout_consent_form" method="post" action="/oidc/logout">
  <input type="hidden" id="consent" name="consent" value="deny">
  <input type="button" id="approve" value="Yes" onclick="consent.value = 'approve'; form.submit()">
  <input type="reset" value="No" onclick="form.submit()"></form>`;
const newWso2Logout = `
  <form id="oidc_logout_consent_form" method="post" action="/oidc/logout">
  <button type="submit" class="ui primary button" onclick="consent.value = 'approve'">Yes</button>
  <button type="submit" class="ui secondary button" onclick="consent.value = 'deny'">No</button>
  <input type="hidden" id="consent" name="consent" value="deny"></form>`;

const keycloakLogin = (message = "") => `
  <form id="kc-form-login" method="post" action="/authenticate?next=consent">
  <input id="username" name="username"><input id="password" name="password" type="password">${message}
  <button id="kc-login" name="login" type="submit">Sign In</button></form>`;
const keycloakConsent = `
  <form method="post" action="/consent"><input type="hidden" name="code" value="c">
  <input name="accept" id="kc-login" type="submit" value="Yes">
  <input name="cancel" id="kc-cancel" type="submit" value="No"></form>`;
const keycloakLogout = `
  <form method="post" action="/logout-confirm"><input type="hidden" name="session_code" value="c">
  <input name="confirmLogout" id="kc-logout" type="submit" value="Logout"></form>`;

const alice = { name: "alice", password: "secret of alice" };

interface SignIn {
  driver: Driver;
  pages: Pages;
  /** The first page; default: the login page. */
  at?: string;
  posted: StandIn["posted"];
}
const wso2Credentials = {
  path: "/commonauth",
  fields: { username: "alice", password: alice.password, sessionDataKey: "k" },
};
const wso2Allowed = {
  path: "/oauth2/authorize",
  fields: { consent: "approve", "scope-approval": "approveAlways", consent_0: "on" },
};
const keycloakCredentials = {
  path: "/authenticate",
  fields: { username: "alice", password: alice.password, login: "" },
};
const keycloakAllowed = { path: "/consent", fields: { code: "c", accept: "Yes" } };

const signIns: Record<string, SignIn> = {
  "WSO2 IS 5.10 to 6.1, with consent": {
    driver: wso2,
    pages: { "/login": wso2Login(sixSubmit, "consent"), "/consent": wso2Consent },
    posted: [wso2Credentials, wso2Allowed],
  },
  "WSO2 IS 7, without consent": {
    driver: wso2,
    pages: { "/login": wso2Login(sevenSubmit, "") },
    posted: [wso2Credentials],
  },
  "WSO2 IS, already signed in": {
    driver: wso2,
    pages: { "/consent": wso2Consent },
    at: "/consent",
    posted: [wso2Allowed],
  },
  "Keycloak, with consent": {
    driver: keycloak,
    pages: { "/login": keycloakLogin(), "/consent": keycloakConsent },
    posted: [keycloakCredentials, keycloakAllowed],
  },
  "Keycloak, already signed in": {
    driver: keycloak,
    pages: { "/consent": keycloakConsent },
    at: "/consent",
    posted: [keycloakAllowed],
  },
};

for (const [name, { driver, pages, at = "/login", posted }] of Object.entries(signIns)) {
  test(`signs in: ${name}`, async ({ page }) => {
    const standIn = await start(pages);
    await page.goto(standIn.op + at);
    await driver.login(page, alice, contextOf(standIn));
    await page.waitForURL(`${standIn.client}/`);
    expect(standIn.posted).toEqual(posted);
    await standIn.stop();
  });
}

const refusals: Record<string, SignIn> = {
  "WSO2 IS": {
    driver: wso2,
    pages: {
      "/login": wso2Login(sevenSubmit, "refused"),
      "/refused": wso2Login(sevenSubmit, "refused", "block"),
    },
    posted: [wso2Credentials],
  },
  Keycloak: {
    driver: keycloak,
    pages: {
      "/login": keycloakLogin(),
      "/consent": keycloakLogin('<span id="input-error-username">Invalid username or password.</span>'),
    },
    posted: [keycloakCredentials],
  },
};

for (const [name, { driver, pages, posted }] of Object.entries(refusals)) {
  test(`reports a wrong password without retrying: ${name}`, async ({ page }) => {
    const standIn = await start(pages);
    await page.goto(`${standIn.op}/login`);
    await expect(driver.login(page, alice, contextOf(standIn))).rejects.toThrow(
      "The OP refuses the password of alice: check --user.",
    );
    expect(standIn.posted).toEqual(posted);
    await standIn.stop();
  });
}

const logouts: Record<string, { driver: Driver; html: string; yes: object[]; no: object[] }> = {
  "WSO2 IS 5.10": {
    driver: wso2,
    html: oldWso2Logout,
    yes: [{ path: "/oidc/logout", fields: { consent: "approve" } }],
    no: [{ path: "/oidc/logout", fields: { consent: "deny" } }],
  },
  "WSO2 IS 5.11 to 7": {
    driver: wso2,
    html: newWso2Logout,
    yes: [{ path: "/oidc/logout", fields: { consent: "approve" } }],
    no: [{ path: "/oidc/logout", fields: { consent: "deny" } }],
  },
  Keycloak: {
    driver: keycloak,
    html: keycloakLogout,
    yes: [{ path: "/logout-confirm", fields: { session_code: "c", confirmLogout: "Logout" } }],
    no: [], // its page has no such button
  },
};

for (const [name, { driver, html, yes, no }] of Object.entries(logouts)) {
  test(`confirms and declines the logout: ${name}`, async ({ page }) => {
    const standIn = await start({ "/logout": html });
    await page.goto(`${standIn.op}/logout`);
    await driver.confirmLogout(page, contextOf(standIn));
    await page.waitForURL(`${standIn.client}/`);
    expect(standIn.posted.splice(0)).toEqual(yes);
    await page.goto(`${standIn.op}/logout`);
    await driver.declineLogout(page, contextOf(standIn));
    await page.waitForURL((url) => !url.href.startsWith(standIn.op));
    expect(standIn.posted).toEqual(no);
    await standIn.stop();
  });
}
