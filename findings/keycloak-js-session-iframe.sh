#!/usr/bin/env bash
# keycloak-js 26.2.4: asks the OP iframe with the `sid` of the access token instead of the session_state that came with
# the authentication response, and logs the user out at the answer `error`.
# Clause: SM 3.1: the RP posts its client_id, a space and the session_state. docs/apps/browser-sdks.md says what apps can
# do, and e2e/support/sdk-apps/keycloak.js does it.
# Needs Node.js 20 or later, and Chromium: CHROMIUM names it, /usr/bin/chromium-headless-shell unless set.
set -euo pipefail
export CHROMIUM=${CHROMIUM:-/usr/bin/chromium-headless-shell}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund keycloak-js@26.2.4
cat >app.html <<'HTML'
<!doctype html><title>app</title><script type="module">
// An app that signs in as soon as it is opened. With ?own it sets sessionId itself.
import Keycloak from "/keycloak.js";
const sessionState = new URLSearchParams(location.hash.slice(1)).get("session_state");
const keycloak = new Keycloak({ clientId: "my-app", oidcProvider: "ISSUER" });
let loggedOut = false;
keycloak.onAuthLogout = () => {
  loggedOut = true;
};
if (!(await keycloak.init({ checkLoginIframeInterval: 1 }))) await keycloak.login(); // which leaves the page
const own = location.search === "?own";
if (own) keycloak.sessionId = sessionState;
addEventListener("message", async ({ data, origin }) => {
  if (origin !== "ISSUER") return;
  await fetch("/report", { method: "POST", body: `answered ${data}, ${loggedOut ? "logged out" : "stays signed in"}` });
  if (!own) location.assign("/?own");
});
</script>
HTML
cat >iframe.html <<'HTML'
<!doctype html><title>OP iframe</title><script>
// SM 3.2: `error` for a message that is not of the form that SM 3.1 defines, here anything but the right one.
addEventListener("message", async ({ data, origin, source }) => {
  await fetch("/asked", { method: "POST", body: data });
  source.postMessage(data === "my-app a-hash.a-salt" ? "unchanged" : "error", origin);
});
</script>
HTML
cat >observe.mjs <<'JS'
// Serves the app and a stand-in for an OP, which signs in every visitor, on two ports, and opens the app in Chromium.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const served = async (handle) => {
  const server = createServer((request, response) => void handle(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
};
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (claims) => `${encoded({ alg: "RS256" })}.${encoded(claims)}.${"A".repeat(342)}`; // the SDK verifies none

let nonce;
const asked = [];
const issuer = await served(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, issuer);
  response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
  response.setHeader("access-control-allow-credentials", "true"); // the SDK's token request has credentials
  const json = (value) => response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  if (pathname === "/.well-known/openid-configuration")
    return json({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      check_session_iframe: `${issuer}/iframe`,
    });
  if (pathname === "/auth") {
    nonce = searchParams.get("nonce");
    const answer = { code: "a-code", state: searchParams.get("state"), session_state: "a-hash.a-salt" };
    const location = `${searchParams.get("redirect_uri")}#${new URLSearchParams(answer)}`;
    return response.writeHead(302, { location }).end();
  }
  if (pathname === "/token") {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, sub: "alice", aud: "my-app", iat: now, exp: now + 600, nonce, sid: "the-sid" };
    return json({ access_token: jwt(claims), id_token: jwt(claims), token_type: "Bearer", expires_in: 600 });
  }
  if (pathname === "/asked") asked.push(await text(request));
  if (pathname === "/iframe") response.setHeader("content-type", "text/html").write(readFileSync("iframe.html"));
  response.end();
});

const reports = [];
const app = await served(async (request, response) => {
  if (request.url === "/report") {
    reports.push(`asks "${asked.at(-1)}", ${await text(request)}`);
    if (reports.length === 2) end(0);
    return response.end();
  }
  const script = request.url === "/keycloak.js";
  response.setHeader("content-type", script ? "text/javascript" : "text/html");
  const page = readFileSync(script ? "node_modules/keycloak-js/lib/keycloak.js" : "app.html", "utf8");
  response.end(script ? page : page.replaceAll("ISSUER", issuer));
});

const browser = spawn(process.env.CHROMIUM, [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
  ...["--remote-debugging-port=0", `--user-data-dir=${process.cwd()}/profile`], // stays until it is ended
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  app,
], { detached: true, stdio: ["ignore", "ignore", "pipe"] });
browser.stderr.resume();
browser.on("error", ({ message }) => {
  console.error(`Chromium did not start: ${message}`);
  process.exit(2);
});
setTimeout(() => {
  console.error("No result in 40 s.");
  end(2);
}, 40_000);

function end(code) {
  browser.on("close", () => process.exit(code)); // when all its processes have ended
  process.kill(-browser.pid);
  console.log(`as shipped: ${reports[0]}`);
  console.log(`sessionId set to session_state: ${reports[1]}`);
}
JS
seen=$(node observe.mjs)
printf 'keycloak-js 26.2.4\ndone: sign in with session_state "a-hash.a-salt" and an access token with sid "the-sid"\nseen:\n%s\n' "$seen"
[ "$seen" = 'as shipped: asks "my-app the-sid", answered error, logged out
sessionId set to session_state: asks "my-app a-hash.a-salt", answered unchanged, stays signed in' ] ||
  { echo "The behaviour has changed." >&2; exit 1; }
