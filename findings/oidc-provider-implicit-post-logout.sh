#!/usr/bin/env bash
# oidc-provider 9.13.3: refuses to register a confidential web client with an implicit or hybrid response type and http
# addresses in words about post_logout_redirect_uris alone, and does so even if its redirect_uris are https.
# Clause: Registration 2 requires https of the redirect_uris of such a client; RIL 3.1 lets a confidential client use
# http post_logout_redirect_uris if the OP allows it. Worked around in lib/oidc/registration-flows.ts, which takes the
# refusal as one of the flow and registers for the code flow.
# Needs Node.js 22 or later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund oidc-provider@9.13.3
cat >observe.mjs <<'JS'
// Registers clients that differ in their flow and in which addresses are http.
import { once } from "node:events";
import { createServer } from "node:http";
import Provider from "oidc-provider";

setTimeout(() => {
  console.error("No result in 20 s.");
  process.exit(2);
}, 20_000).unref();
console.info = console.warn = () => {}; // the library's notes on settings that a production OP would have

const server = createServer((request, response) => void handle(request, response)).listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;
const handle = new Provider(issuer, {
  features: { registration: { enabled: true } },
  responseTypes: ["code", "code id_token", "id_token"],
  cookies: { keys: ["key"] },
}).callback();

async function register(responseType, redirect, postLogout) {
  const response = await fetch(`${issuer}/reg`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      response_types: [responseType],
      grant_types: responseType === "code" ? ["authorization_code"] : ["authorization_code", "implicit"],
      redirect_uris: [`${redirect}://app.example/callback`],
      post_logout_redirect_uris: [`${postLogout}://app.example/`],
      token_endpoint_auth_method: "client_secret_basic",
    }),
  });
  const { error_description: words = "registered" } = await response.json();
  console.log(`${responseType}, ${redirect} and ${postLogout} after the logout: ${response.status} ${words}`);
}

await register("code", "http", "http");
await register("code id_token", "http", "http");
await register("code id_token", "http", "https");
await register("code id_token", "https", "http");
await register("code id_token", "https", "https");
process.exit();
JS
seen=$(node observe.mjs)
printf 'oidc-provider 9.13.3\ndone: register web clients by response type and scheme of the addresses\nseen:\n%s\n' "$seen"
rule="for web clients using implicit flow MUST only register URLs using the https scheme"
[ "$seen" = "code, http and http after the logout: 201 registered
code id_token, http and http after the logout: 400 post_logout_redirect_uris $rule
code id_token, http and https after the logout: 400 redirect_uris $rule
code id_token, https and http after the logout: 400 post_logout_redirect_uris $rule
code id_token, https and https after the logout: 201 registered" ] || { echo "The behaviour has changed." >&2; exit 1; }
