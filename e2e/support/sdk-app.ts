/** A single-page app with an SDK of others, as its users write it: bundled, served on a port of its own, and registered at
 * the demo's OP. */
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { demo } from "./demo.ts";

/** A package of its own, which the stage installs: who only starts the demo does not need it. */
const folder = join(import.meta.dirname, "sdk-apps");

export interface SdkApp {
  /** Its page and its origin. */
  base: string;
  close(): Promise<void>;
}

/** @param entry of the folder sdk-apps
 *  @param metadata more metadata of its client */
export async function startSdkApp(entry: string, metadata: Record<string, unknown> = {}): Promise<SdkApp> {
  const script = await bundled(entry);
  let page = "";
  const server = createServer(({ url }, response) => {
    const isScript = url === "/app.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? script : page);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const base = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const client = await registered({
    client_name: entry,
    redirect_uris: [base],
    post_logout_redirect_uris: [base],
    response_types: ["code"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
    ...metadata,
  });
  page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${entry}</title>
<body data-client-id="${client.client_id}" data-op="${demo.op}">
<p>User: <output id="user"></output></p>
<button id="sign-in">Sign in</button> <button id="sign-out">Sign out</button>
<ol id="events"></ol><div id="root"></div>
<script type="module" src="/app.js"></script></body></html>`;
  return {
    base,
    close: async () => {
      const authorization = `Bearer ${client.registration_access_token}`;
      await fetch(client.registration_client_uri, { method: "DELETE", headers: { authorization } });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bundled(entry: string): Promise<string> {
  const options = [
    "--bundle",
    "--format=esm",
    "--jsx=automatic",
    '--define:process.env.NODE_ENV="production"',
  ];
  const esbuild = join(folder, "node_modules", ".bin", "esbuild");
  const { stdout } = await promisify(execFile)(esbuild, [join(folder, entry), ...options], {
    maxBuffer: 32 * 1024 * 1024,
  });
  return stdout;
}

interface Registered {
  client_id: string;
  registration_access_token: string;
  registration_client_uri: string;
}

async function registered(metadata: Record<string, unknown>): Promise<Registered> {
  const response = await fetch(`${demo.op}/api/identity/oauth2/dcr/v1.1/register`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}`,
    },
    body: JSON.stringify(metadata),
  });
  if (response.status !== 201)
    throw new Error(`registration: HTTP ${response.status} ${await response.text()}`);
  return (await response.json()) as Registered;
}
