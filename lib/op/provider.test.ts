import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { seedClients } from "./clients.ts";
import { loadKeys } from "./keys.ts";
import { DeliveryQueue } from "./logout/delivery-queue.ts";
import type { OpenIdProvider } from "./open-id-provider.ts";
import { buildProvider } from "./provider.ts";
import { OpStore } from "./store/op-store.ts";
import { adminAuthorization, clientSecret } from "./testing/op-under-test.ts";

/** The provider without its server. */
async function provide(): Promise<OpenIdProvider> {
  const log = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const store = new OpStore(":memory:");
  return buildProvider({
    config: parseOpConfig({}),
    log,
    store,
    keys: await loadKeys(store),
    deliveries: new DeliveryQueue(store.deliveries, log),
    origin: "http://localhost:9443",
    issuer: "http://localhost:9443/oauth2/token",
  });
}

it("refuses an app whose name cannot be a client_id", async () => {
  const { provider, store } = await provide();
  for (const name of ["constructor", "my photos"]) {
    const app = { name, secret: clientSecret, baseUrls: ["http://localhost:1"] };
    await assert.rejects(seedClients(provider, store, [app]), {
      name: "ConfigError",
      message: /OP_APPS: the name/,
    });
  }
  store.close();
});

it("registers an app with its configured metadata, and refuses the same metadata as registration", async () => {
  const { provider, store } = await provide();
  const app = { name: "photos", secret: clientSecret, baseUrls: ["http://localhost:1"] };
  const metadata = {
    id_token_encrypted_response_alg: "RSA-OAEP",
    jwks_uri: "http://localhost:1/jwks",
    client_id: "other",
  };
  await seedClients(provider, store, [{ ...app, metadata }]);
  const client = await provider.Client.find("photos");
  assert.equal(client?.metadata().id_token_encrypted_response_enc, "A128CBC-HS256");
  assert.equal(await provider.Client.find("other"), undefined);
  const made = { id_token_signed_response_alg: "HS256", id_token_encrypted_response_alg: "A256KW" };
  for (const [field, alg] of Object.entries(made)) {
    const long = { ...app, name: alg, secret: clientSecret.repeat(2) };
    await seedClients(provider, store, [{ ...long, metadata: { [field]: alg } }]);
    assert.ok(await provider.Client.find(alg));
    assert.equal(
      await provider.Client.find(`${alg}-public`),
      undefined,
      "a public client has no secret for them",
    );
  }
  const bad: [metadata: Record<string, unknown>, message: RegExp][] = [
    [
      { ...metadata, id_token_encrypted_response_alg: "RSA1_5" },
      /^OP_APPS: photos: .*RSA1_5 is not supported/,
    ],
    [
      { id_token_signed_response_alg: "HS256" },
      /^OP_APPS: photos: client_secret must have at least 32 bytes/,
    ],
    [{ skip_logout_consent: "true" }, /^OP_APPS: photos: skip_logout_consent must be a boolean$/],
  ];
  for (const [each, message] of bad) {
    const seeded = seedClients(provider, store, [{ ...app, metadata: each }]);
    await assert.rejects(seeded, { name: "ConfigError", message });
  }
  store.close();
});

it("removes the token for an administrator's request if that request fails", async (t) => {
  const { provider, store } = await provide();
  await seedClients(provider, store, [
    { name: "photos", secret: clientSecret, baseUrls: ["http://localhost:1"] },
  ]);
  const tokens: string[] = [];
  const lifetimes: unknown[] = [];
  provider.on("registration_access_token.saved", (token) => {
    tokens.push(token.jti);
    lifetimes.push(token.expiration);
  });
  provider.use(() => Promise.reject(new Error("failed")));
  const server = createServer(provider.callback()).listen(0, "127.0.0.1");
  t.after(() => {
    server.close();
    store.close();
  });
  await once(server, "listening");

  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/identity/oauth2/dcr/v1.1/register/photos`;
  // The OP answers only as its origin.
  const headers = { authorization: adminAuthorization, connection: "close", host: "localhost:9443" };
  const [response] = (await once(request(url, { headers }).end(), "response")) as [IncomingMessage];
  assert.equal(response.resume().statusCode, 500);
  assert.equal(tokens.length, 1);
  assert.deepEqual(lifetimes, [60], "one that a crash leaves behind expires");
  assert.equal(store.find("RegistrationAccessToken", tokens[0] ?? ""), undefined);
});
