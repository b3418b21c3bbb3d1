/** Failures of client registration, and what must never happen then. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ProtocolError } from "./errors.ts";
import { deleteClient } from "./registration.ts";
import {
  accept,
  credentials,
  type RegistrationEndpoint,
  refuse,
  registrationEndpoint,
  reply,
} from "./testing/registration-endpoint.ts";

describe("registration", () => {
  let op: RegistrationEndpoint;
  beforeEach(async () => {
    op = await registrationEndpoint();
  });
  afterEach(() => op.close());

  it("gives up after every attempt, with the OP's error, if even the minimal client is refused", async () => {
    op.answer = (_, response) => refuse(response, "no clients\n  today");
    await assert.rejects(op.register(), (error) => {
      assert.ok(error instanceof ProtocolError);
      assert.equal(error.code, "registration_refused");
      assert.equal(
        error.message,
        `${op.origin}/register refused to register playground2: HTTP 400, invalid_client_metadata: no clients today.`,
      );
      return true;
    });
    assert.equal(op.sent.length, 8);
    const bare = [
      "client_name",
      "redirect_uris",
      "response_types",
      "grant_types",
      "token_endpoint_auth_method",
      "id_token_signed_response_alg",
    ];
    assert.deepEqual(Object.keys(op.sent.at(-1)?.body ?? {}).sort(), bare.sort());
  });

  it("does not retry if the credentials are refused or the OP fails", async () => {
    const cases = [
      {
        status: 401,
        body: { error: "invalid_token", error_description: "an administrator's" },
        words: /401, invalid_token: an administrator's\.$/,
      },
      { status: 400, body: { error: "access_denied" }, words: /HTTP 400, access_denied\.$/ },
      { status: 403, body: {}, words: /HTTP 403\.$/ },
      { status: 500, body: { no: "reason" }, words: /HTTP 500\.$/ },
    ];
    for (const { status, body, words } of cases) {
      op.sent = [];
      op.answer = (_, response) => reply(response.setHeader("www-authenticate", "Basic"), status, body);
      await assert.rejects(op.register(), { code: "registration_refused", message: words });
      assert.equal(op.sent.length, 1);
    }
  });

  it("accepts 200 for success, and a secret without an expiry", async () => {
    op.answer = (body, response) => reply(response, 200, { ...body, client_id: "x", client_secret: "y" });
    const client = await op.register();
    assert.deepEqual([client.clientId, client.clientSecret], ["x", "y"]);
    assert.ok(client.report.every(({ result }) => result === "accepted"));
  });

  it("sends one request, whatever is wrong with a successful response", async () => {
    const unusable: ((response: ServerResponse) => void)[] = [
      (response) => reply(response, 201, { ...credentials, filler: "x".repeat(1024 * 1024) }),
      (response) => reply(response, 201, { client_name: "without an ID" }),
      (response) => void response.writeHead(201, { "content-type": "text/html" }).end("<p>welcome"),
    ];
    for (const unusual of unusable) {
      op.sent = [];
      op.answer = (_, response) => unusual(response);
      await assert.rejects(op.register(), {
        code: "provider_unavailable",
        message: /sent no valid response/,
      });
      assert.equal(op.sent.length, 1);
    }
  });

  it("follows no redirect with the credentials", async () => {
    op.answer = (_, response) => void response.writeHead(307, { location: `${op.origin}/elsewhere` }).end();
    await assert.rejects(op.register({ authorization: { token: "t" } }), {
      message: /HTTP 307, a redirect to http:.*\/elsewhere, which is not followed\.$/,
    });
    assert.equal(op.sent.length, 1);
  });

  it("does not wait forever", { timeout: 5000 }, async () => {
    op.answer = () => {};
    await assert.rejects(op.register({ timeout: 0.2 }), {
      code: "provider_unavailable",
      message: /timed? ?out/i,
    });
    op.answer = (_, response) =>
      void response.writeHead(201, { "content-type": "application/json" }).write("{");
    await assert.rejects(op.register({ timeout: 0.2 }), { code: "provider_unavailable" });
  });

  it("sends the token or the password that it is given", async () => {
    op.answer = accept;
    await op.register({ authorization: { token: "t0ken" } });
    await op.register({ authorization: { user: "admin", password: "pä:w" } });
    assert.deepEqual(
      op.sent.map(({ authorization }) => authorization),
      ["Bearer t0ken", `Basic ${Buffer.from("admin:pä:w").toString("base64")}`],
    );
  });

  it("can be deleted if the OP said how, and reports a failure", async () => {
    let client = { uri: `${op.origin}/register/new`, token: "m" };
    op.answer = (body, response) =>
      accept(
        { ...body, registration_client_uri: client.uri, registration_access_token: client.token },
        response,
      );
    const registered = await op.register();
    assert.deepEqual(registered.management, client);

    const deleted: unknown[] = [];
    op.answer = (_, response, { method, url, headers }) => {
      deleted.push([method, url, headers.authorization]);
      response.writeHead(url?.endsWith("/new") ? 204 : 302, { location: `${op.origin}/register/new` }).end();
    };
    await deleteClient(client, (url, init) => fetch(url, init as RequestInit));
    assert.deepEqual(deleted, [["DELETE", "/register/new", "Bearer m"]]);
    client = { uri: `${op.origin}/register/other`, token: "m" };
    await assert.rejects(
      deleteClient(client, (url, init) => fetch(url, init as RequestInit)),
      { message: /\/register\/other answered HTTP 302\./ },
    );
    assert.equal(deleted.length, 2, "a redirect is not followed");
  });

  it("never sends an https issuer's credentials over plain http", async () => {
    const asked: string[] = [];
    const answer = {
      ...credentials,
      registration_client_uri: "http://op.example/register/new",
      registration_access_token: "m",
    };
    const provider = { issuer: "https://op.example", registration_endpoint: "https://op.example/register" };
    const fetch = async (url: string) => {
      asked.push(url);
      return Response.json(answer, { status: 201 });
    };
    assert.equal((await op.register({ provider, fetch })).management, undefined);
    const plain = { ...provider, registration_endpoint: "http://op.example/register" };
    await assert.rejects(op.register({ provider: plain, fetch }), { code: "provider_unavailable" });
    assert.deepEqual(asked, ["https://op.example/register"]);
  });
});
