/** How clients authenticate at the token endpoint: at oidc-provider, and at a server that compares what it gets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, describe, it } from "node:test";
import Provider from "oidc-provider";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import type { ClientCredentials } from "./client-authentication.ts";
import { ProtocolError } from "./errors.ts";
import { OpenIdProvider } from "./provider.ts";
import { requestTokens } from "./token-request.ts";

async function listening(listener: (origin: string) => RequestListener) {
  const server = createServer((request, response) => answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const answer = listener(origin);
  return { origin, close: () => void server.close().closeAllConnections() };
}

/** The Authorization headers that the token endpoint received. */
let sent: string[] = [];
const watched: Fetch = (url, init) => {
  if (init.method === "POST") sent.push(new Headers(init.headers).get("authorization") ?? "in the body");
  return fetch(url, init as RequestInit);
};
const providerAt = (issuer: string) => new OpenIdProvider(issuer, { fetch: watched, now: Date.now });
beforeEach(() => {
  sent = [];
});

async function tokensAt(provider: OpenIdProvider, client: ClientCredentials): Promise<string> {
  const configuration = await provider.configuration({ ...client, alg: "RS256" });
  return (await requestTokens(configuration, "client_credentials", {})).access_token;
}

const refusal = (message: RegExp, help: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ProtocolError);
  assert.equal(error.code, "token_error");
  assert.match(error.message, message);
  assert.match(error.help ?? "", help);
  return true;
};

describe("at oidc-provider", () => {
  /** RFC 6749 A.1 and A.2 allow all of them. */
  const odd = "the secret/of+the:client-._~!*'()%&=";
  let op: Awaited<ReturnType<typeof listening>>;
  before(async () => {
    const client = { client_id: "rp-a", client_secret: odd, redirect_uris: [], response_types: [] };
    op = await listening((origin) =>
      new Provider(origin, {
        clients: [{ ...client, grant_types: ["client_credentials"] }],
        features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
        ttl: { ClientCredentials: 60 },
      }).callback(),
    );
  });
  after(() => op.close());

  it("every character of a secret arrives", async () => {
    const provider = providerAt(op.origin);
    assert.ok(await tokensAt(provider, { clientId: "rp-a", clientSecret: odd }));
    assert.match(sent.join(), /^Basic [^,]+$/);
    assert.equal(provider.refusedBasic("rp-a"), false);
  });

  it("the error has the OP's words, and says that both methods were tried", async () => {
    const wrong = tokensAt(providerAt(op.origin), { clientId: "rp-a", clientSecret: "wrong" });
    await assert.rejects(
      wrong,
      refusal(
        /refused the request with invalid_client: client authentication failed\.$/,
        /Client Secret; .* The client was refused by client_secret_basic and by client_secret_post\.$/,
      ),
    );
    assert.equal(sent.length, 2);
  });
});

describe("at a server that does not decode", () => {
  const client = { clientId: "rp-a_1.test*", clientSecret: "playground-secret_1.x*" };
  const basic = `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}`;
  let op: Awaited<ReturnType<typeof listening>>;
  let methods: string[] | undefined;
  let accepts: "basic" | "post" | "post, but not the grant";
  /** Of a refusal of credentials in the body: RFC 6749 5.2 allows both. */
  let status: 400 | 401;
  before(async () => {
    op = await listening((origin) => async (request, response) => {
      const body = new URLSearchParams(await text(request));
      const json = (code: number, answer: unknown) =>
        response
          .writeHead(code, { "content-type": "application/json", "www-authenticate": "Basic" })
          .end(JSON.stringify(answer));
      if (request.url !== "/token")
        return json(200, {
          issuer: origin,
          token_endpoint: `${origin}/token`,
          token_endpoint_auth_methods_supported: methods,
        });
      const { authorization } = request.headers;
      const inBody =
        body.get("client_id") === client.clientId && body.get("client_secret") === client.clientSecret;
      if (accepts === "basic" ? authorization !== basic : authorization || !inBody)
        return json(authorization ? 401 : status, { error: "invalid_client", error_description: "No." });
      return accepts === "post, but not the grant"
        ? json(400, { error: "unauthorized_client" })
        : json(200, { access_token: "granted", token_type: "Bearer" });
    });
  });
  beforeEach(() => {
    methods = ["client_secret_basic", "client_secret_post"];
    accepts = "basic";
    status = 401;
  });
  after(() => op.close());

  it("an ID and a secret with - . _ * are sent as they are", async () => {
    assert.equal(await tokensAt(providerAt(op.origin), client), "granted");
    assert.deepEqual(sent, [basic]);
  });

  it("client_secret_post is tried after the 401, and from then on used at once", async () => {
    accepts = "post";
    const provider = providerAt(op.origin);
    assert.equal(await tokensAt(provider, client), "granted");
    assert.deepEqual(sent, [basic, "in the body"]);
    assert.equal(provider.refusedBasic(client.clientId), true);
    assert.equal(await tokensAt(provider, client), "granted");
    assert.deepEqual(sent, [basic, "in the body", "in the body"]);
  });

  it("an error about the grant comes from a client that is accepted", async () => {
    accepts = "post, but not the grant";
    const provider = providerAt(op.origin);
    await assert.rejects(
      tokensAt(provider, client),
      refusal(/with unauthorized_client\.$/, /Allow this grant/),
    );
    assert.equal(provider.refusedBasic(client.clientId), true);
  });

  it("a wrong secret is refused by both, with either status", async () => {
    for (status of [400, 401] as const) {
      const provider = providerAt(op.origin);
      const wrong = tokensAt(provider, { ...client, clientSecret: "wrong" });
      await assert.rejects(wrong, refusal(/with invalid_client: No\.$/, /by client_secret_basic and by/));
      assert.equal(provider.refusedBasic(client.clientId), false);
    }
  });

  it("the body is not tried unless client_secret_post is declared (Discovery 3)", async () => {
    for (methods of [undefined, ["client_secret_basic"]]) {
      sent = [];
      const wrong = tokensAt(providerAt(op.origin), { ...client, clientSecret: "wrong" });
      await assert.rejects(wrong, refusal(/with invalid_client: No\.$/, /public client\.$/));
      assert.equal(sent.length, 1);
    }
  });
});
