#!/usr/bin/env bash
# @asgardeo/react 0.16.2 with syncSession: when the OP iframe answers `changed`, it sends an authentication request with
# prompt=none, and at the answer login_required the user stays signed in.
# Clause: SM 3.1: to the RP, a request that brings no ID Token means that the user has logged out.
# docs/apps/browser-sdks.md says so, and e2e/specs/browser-sdks.spec.ts expects no more of it.
# Needs Node.js 20 or later, and Chromium: CHROMIUM names it, /usr/bin/chromium-headless-shell unless set.
set -euo pipefail
export CHROMIUM=${CHROMIUM:-/usr/bin/chromium-headless-shell}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @asgardeo/react@0.16.2 react@19.3.1 react-dom@19.3.1 esbuild@0.28.2
cat >app.jsx <<'JS'
// An app that signs in as soon as it is opened, and reports each answer of the OP iframe.
import { AsgardeoProvider, useAsgardeo } from "@asgardeo/react";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";

const { op } = document.body.dataset;
const home = `${location.origin}/`;
let user = "signed out";
addEventListener("message", ({ data, origin }) => {
  if (origin === op) fetch("/report", { method: "POST", body: `${data}, ${user}` });
});

function User() {
  const { isInitialized, isLoading, isSignedIn, signIn } = useAsgardeo();
  useEffect(() => {
    user = isSignedIn ? "signed in" : "signed out";
    if (!isInitialized || isLoading || isSignedIn || sessionStorage.started) return;
    sessionStorage.started = "yes";
    signIn();
  }, [isInitialized, isLoading, isSignedIn, signIn]);
  return null;
}

createRoot(document.getElementById("root")).render(
  <AsgardeoProvider
    clientId="my-app"
    baseUrl={op}
    afterSignInUrl={home}
    afterSignOutUrl={home}
    scopes="openid profile"
    syncSession={true}
    checkSessionInterval={1}
    preferences={{ theme: { inheritFromBranding: false } }}
  >
    <User />
  </AsgardeoProvider>,
);
JS
node_modules/.bin/esbuild app.jsx --bundle --format=esm --jsx=automatic --define:process.env.NODE_ENV='"production"' \
  --log-level=error --outfile=app.js
cat >iframe.html <<'HTML'
<!doctype html><title>OP iframe</title><script>
addEventListener("message", async ({ data, origin, source }) => {
  const answer = await fetch("/asked", { method: "POST", body: data });
  source.postMessage(await answer.text(), origin);
});
</script>
HTML
cat >observe.mjs <<'JS'
// Serves the app and a stand-in for an OP, which signs in every visitor until its session ends, and opens the app in
// Chromium. The session ends when the OP iframe has been asked for the first time.
import { spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const served = async (handle) => {
  const server = createServer((request, response) => void handle(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
};
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (claims) => {
  const text = `${encoded({ alg: "RS256", kid: "key" })}.${encoded(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
};

let session = true;
let nonce;
const silent = [];
const op = await served(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, op);
  response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("access-control-allow-headers", "authorization, content-type, accept");
  const json = (value) => response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  if (request.method === "OPTIONS") return response.end();
  if (pathname.endsWith("/.well-known/openid-configuration"))
    return json({
      issuer: `${op}/oauth2/token`,
      authorization_endpoint: `${op}/oauth2/authorize`,
      token_endpoint: `${op}/oauth2/token`,
      jwks_uri: `${op}/oauth2/jwks`,
      check_session_iframe: `${op}/oidc/checksession`,
      end_session_endpoint: `${op}/oidc/logout`,
    });
  if (pathname === "/oauth2/jwks") return json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "key", alg: "RS256" }] });
  if (pathname === "/oauth2/authorize") {
    nonce = searchParams.get("nonce") ?? undefined;
    const answer = session ? { code: "a-code" } : { error: "login_required" };
    if (searchParams.get("prompt") === "none") silent.push(Object.values(answer)[0]);
    const more = { state: searchParams.get("state"), session_state: "a-hash.a-salt" };
    const location = `${searchParams.get("redirect_uri")}?${new URLSearchParams({ ...answer, ...more })}`;
    return response.writeHead(302, { location }).end();
  }
  if (pathname === "/oauth2/token") {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: `${op}/oauth2/token`, sub: "alice", aud: "my-app", iat: now, exp: now + 600, nonce };
    const tokens = { access_token: "a-token", id_token: jwt(claims) };
    return json({ ...tokens, token_type: "Bearer", expires_in: 600, scope: "openid profile" });
  }
  if (pathname === "/asked") {
    await text(request);
    response.end(session ? "unchanged" : "changed");
    session = false;
    return;
  }
  if (pathname === "/oidc/logout") reports.push("logout endpoint");
  if (pathname === "/oidc/checksession") return response.setHeader("content-type", "text/html").end(readFileSync("iframe.html"));
  response.writeHead(404).end(); // WSO2's own APIs for users, which the SDK also asks
});

const reports = [];
const app = await served(async (request, response) => {
  const { pathname } = new URL(request.url, app);
  if (pathname === "/report") {
    reports.push(await text(request));
    if (reports.filter((report) => report.startsWith("changed")).length === 4) end(0);
    return response.end();
  }
  const script = pathname === "/app.js";
  response.setHeader("content-type", script ? "text/javascript" : "text/html");
  const page = `<!doctype html><title>app</title><body data-op="${op}"><div id="root"></div><script type="module" src="/app.js"></script>`;
  response.end(script ? readFileSync("app.js") : page);
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
  console.error("No result in 60 s.");
  end(2);
}, 60_000);

function end(code) {
  browser.on("close", () => process.exit(code)); // when all its processes have ended
  process.kill(-browser.pid);
  console.log(`answers of the OP iframe, and the app then: ${reports.join("; ")}`);
  console.log(`answers to prompt=none: ${silent.join("; ")}`);
}
JS
seen=$(node observe.mjs)
printf '@asgardeo/react 0.16.2\ndone: sign in, end the session at the OP, wait for four answers `changed`\nseen:\n%s\n' "$seen"
[ "$seen" = 'answers of the OP iframe, and the app then: unchanged, signed in; changed, signed in; changed, signed in; changed, signed in; changed, signed in
answers to prompt=none: login_required' ] || { echo "The behaviour has changed." >&2; exit 1; }
