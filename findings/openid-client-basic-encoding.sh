#!/usr/bin/env bash
# openid-client 6.8.9: percent-encodes `-`, `.`, `_` and `*` of a client's id and secret in client_secret_basic, so an OP
# that does not decode them sees another secret; openid-client 5.7.1 leaves them as they are.
# Clause: RFC 6749 2.3.1 has both form-encoded. Both versions do that: HTML 4.01, which its appendix B cites, escapes
# every character but letters and digits; the URL Standard, as in URLSearchParams, leaves these four.
# Worked around in lib/oidc/client-authentication.ts.
# Needs Node.js 20 or later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund openid-client@6.8.9 openid-client-5@npm:openid-client@5.7.1
cat >observe.mjs <<'JS'
// A token endpoint on loopback notes the credentials that each version sends for the same client.
import { once } from "node:events";
import { createServer } from "node:http";
import * as six from "openid-client";
import { Issuer } from "openid-client-5";

setTimeout(() => {
  console.error("No result in 20 s.");
  process.exit(2);
}, 20_000).unref();

const sent = [];
const server = createServer((request, response) => {
  const [, credentials] = (request.headers.authorization ?? "").split(" ");
  sent.push(Buffer.from(credentials ?? "", "base64").toString());
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ access_token: "token", token_type: "Bearer" }));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;
const metadata = { issuer, token_endpoint: `${issuer}/token` };
const [id, secret] = ["my-app", "a-b.c_d*e f"];

const config = new six.Configuration(metadata, id, undefined, six.ClientSecretBasic(secret));
six.allowInsecureRequests(config); // http, on loopback
await six.clientCredentialsGrant(config);

const five = new Issuer(metadata);
await new five.Client({ client_id: id, client_secret: secret }).grant({ grant_type: "client_credentials" });

const form = (text) => new URLSearchParams({ "": text }).toString().slice(1);
console.log(`openid-client 6.8.9: ${sent[0]}`);
console.log(`openid-client 5.7.1: ${sent[1]}`);
console.log(`URLSearchParams:     ${form(id)}:${form(secret)}`);
process.exit();
JS
seen=$(node observe.mjs)
printf 'openid-client 6.8.9 and 5.7.1\ndone: a token request of the client my-app with the secret "a-b.c_d*e f"\nseen:\n%s\n' "$seen"
[ "$seen" = "openid-client 6.8.9: my%2Dapp:a%2Db%2Ec%5Fd%2Ae+f
openid-client 5.7.1: my-app:a-b.c_d*e+f
URLSearchParams:     my-app:a-b.c_d*e+f" ] || { echo "The behaviour has changed." >&2; exit 1; }
