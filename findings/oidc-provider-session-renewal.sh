#!/usr/bin/env bash
# oidc-provider 9.13.3: when it renews a session's identifier, it removes the old row before it writes the new one. A
# process that ends in between loses the session, and with it which clients to notify of a logout (BCL 2.3).
# No clause forbids it. Worked around in lib/op/ended-sessions.ts; lib/op/killed.test.ts kills the process.
# Needs Node.js 22 or later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund oidc-provider@9.13.3
cat >observe.mjs <<'JS'
// One browser signs in to the client photos, then to the client albums, with the library's own pages. The adapter
// records its writes of sessions and, after each, the clients that some stored session lists.
import { once } from "node:events";
import { createServer } from "node:http";
import Provider from "oidc-provider";

setTimeout(() => {
  console.error("No result in 20 s.");
  process.exit(2);
}, 20_000).unref();
console.info = console.warn = () => {}; // the library's notes on settings that a production OP would have

const writes = [];
class Adapter {
  rows = new Map();
  constructor(kind) {
    this.kind = kind;
  }
  record(write) {
    if (this.kind !== "Session") return;
    const clients = [...this.rows.values()].flatMap(({ authorizations }) => Object.keys(authorizations ?? {}));
    writes.push(`${write}: ${clients.join("+") || "none"}`);
  }
  async upsert(id, row) {
    const write = this.rows.has(id) ? "update" : "insert";
    this.rows.set(id, structuredClone(row));
    this.record(write);
  }
  async destroy(id) {
    this.rows.delete(id);
    this.record("remove");
  }
  async find(id) {
    return structuredClone(this.rows.get(id));
  }
  async findByUid(uid) {
    return structuredClone([...this.rows.values()].find((row) => row.uid === uid));
  }
  async consume(id) {
    this.rows.get(id).consumed = true;
  }
  async revokeByGrantId() {}
}

const server = createServer((request, response) => void handle(request, response)).listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;
const callback = "http://127.0.0.1:1/callback"; // never visited
const handle = new Provider(issuer, {
  adapter: Adapter,
  clients: ["photos", "albums"].map((name) => ({
    client_id: name,
    client_secret: `${name}-secret`,
    redirect_uris: [callback],
  })),
  cookies: { keys: ["key"] },
  pkce: { required: () => false },
}).callback();

const cookies = new Map(); // a later value for the same name and path replaces the earlier one
async function visit(url, form) {
  const { pathname } = new URL(url);
  const own = [...cookies.values()].filter(({ path }) => pathname.startsWith(path));
  const response = await fetch(url, {
    redirect: "manual",
    headers: { cookie: own.map(({ pair }) => pair).join("; ") },
    ...(form && { method: "POST", body: new URLSearchParams(form) }),
  });
  for (const cookie of response.headers.getSetCookie()) {
    const [pair] = cookie.split(";");
    const path = /path=([^;]+)/i.exec(cookie)?.[1] ?? "/";
    cookies.set(`${pair.split("=")[0]} ${path}`, { pair, path });
  }
  return response;
}

async function signIn(client) {
  const query = { client_id: client, redirect_uri: callback, response_type: "code", scope: "openid" };
  let response = await visit(`${issuer}/auth?${new URLSearchParams(query)}`);
  for (let step = 0; step < 12; step++) {
    const next = response.headers.get("location");
    if (next?.startsWith(callback)) return new URL(next).searchParams.has("code");
    if (next) {
      response = await visit(new URL(next, issuer));
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
    response = await visit(new URL(action, issuer), { prompt, login: "alice", password: "any" });
  }
  return false;
}

if (!(await signIn("photos"))) throw new Error("the sign-in to photos did not end with a code");
writes.length = 0;
if (!(await signIn("albums"))) throw new Error("the sign-in to albums did not end with a code");
console.log(writes.join(", "));
process.exit();
JS
seen=$(node observe.mjs)
printf 'oidc-provider 9.13.3\ndone: sign in to photos, then to albums; the writes of the second sign-in, each with the clients in the stored sessions\nseen: %s\n' "$seen"
[ "$seen" = "update: photos+albums, remove: none, insert: photos+albums" ] ||
  { echo "The behaviour has changed." >&2; exit 1; }
