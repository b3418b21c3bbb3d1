/** What a client is told of its registration, against an endpoint that takes what a test says it takes. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import { clientMetadata } from "./client-metadata.ts";
import { ProtocolError } from "./errors.ts";
import { deleteClient, type RegistrationRequest, registerClient } from "./registration.ts";
import type { FieldReport } from "./registration-report.ts";

type Json = Record<string, unknown>;

const base = "https://app.example/playground2";
const encryption = { alg: "RSA-OAEP-256", enc: "A256GCM" };
const abilities = { response_types_supported: ["code", "id_token", "token id_token"] };
const credentials = { client_id: "new", client_secret: "s3cret", client_secret_expires_at: 0 };

const encryptionFields = [
  "id_token_encrypted_response_alg",
  "id_token_encrypted_response_enc",
  "jwks_uri",
] as const;
const frontChannelFields = ["frontchannel_logout_uri", "frontchannel_logout_session_required"] as const;
const backChannelFields = ["backchannel_logout_uri", "backchannel_logout_session_required"] as const;

describe("registration", () => {
  let server: Server;
  let origin: string;
  let sent: { body: Json; authorization: string | undefined }[];
  let answer: (body: Json, response: ServerResponse, request: IncomingMessage) => void;

  beforeEach(async () => {
    sent = [];
    server = createServer(async (request, response) => {
      const received = await text(request);
      const body = received ? (JSON.parse(received) as Json) : {};
      sent.push({ body, authorization: request.headers.authorization });
      answer(body, response, request);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });

  const reply = (response: ServerResponse, status: number, body: unknown) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const accept = (body: Json, response: ServerResponse) => reply(response, 201, { ...body, ...credentials });
  const refuse = (response: ServerResponse, description?: string, error = "invalid_client_metadata") =>
    reply(response, 400, { error, ...(description && { error_description: description }) });

  const register = (changes: Partial<RegistrationRequest> = {}) =>
    registerClient({
      asked: clientMetadata({ name: "playground2", baseUrls: [base], encryption }, abilities),
      provider: { issuer: `${origin}/op`, registration_endpoint: `${origin}/register` },
      fetch: (url, init) => fetch(url, init as RequestInit),
      ...changes,
    });
  const withResult = (report: FieldReport[], result: FieldReport["result"]) =>
    report.filter((each) => each.result === result).map(({ field }) => field);

  it("asks for every logout field and for encryption, and says that all were accepted", async () => {
    answer = accept;
    const { report, ...client } = await register();
    assert.deepEqual(client, {
      clientId: "new",
      clientSecret: "s3cret",
      secretExpiresAt: 0,
      alg: "RS256",
      encryption,
    });
    assert.deepEqual(sent[0]?.body, {
      client_name: "playground2",
      redirect_uris: [`${base}/oauth2client`],
      post_logout_redirect_uris: [`${base}/logout`],
      response_types: ["code", "id_token", "id_token token"],
      grant_types: ["authorization_code", "implicit"],
      token_endpoint_auth_method: "client_secret_basic",
      backchannel_logout_uri: `${base}/bclogout`,
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: `${base}/fclogout`,
      frontchannel_logout_session_required: true,
      id_token_signed_response_alg: "RS256",
      id_token_encrypted_response_alg: "RSA-OAEP-256",
      id_token_encrypted_response_enc: "A256GCM",
      jwks_uri: `${base}/jwks`,
    });
    assert.deepEqual(withResult(report, "accepted"), Object.keys(sent[0]?.body ?? {}));
    assert.equal(sent.length, 1);
  });

  it("tells a changed value from the same one in another order", async () => {
    answer = (body, response) =>
      accept(
        {
          ...body,
          grant_types: (body.grant_types as string[]).toReversed(),
          response_types: ["token id_token", "id_token", "code"],
          backchannel_logout_session_required: false,
          id_token_encrypted_response_enc: "A128GCM",
          id_token_signed_response_alg: "ES256",
        },
        response,
      );
    const { report, alg, encryption } = await register();
    assert.deepEqual(
      report.filter(({ result }) => result !== "accepted"),
      [
        { field: backChannelFields[1], asked: true, result: "changed", answer: false },
        { field: "id_token_signed_response_alg", asked: "RS256", result: "changed", answer: "ES256" },
        { field: encryptionFields[1], asked: "A256GCM", result: "changed", answer: "A128GCM" },
      ],
    );
    assert.deepEqual([alg, encryption], ["ES256", { alg: "RSA-OAEP-256", enc: "A128GCM" }]);
  });

  it("tells fields that are ignored, and counts on no encryption that was not confirmed", async () => {
    answer = (body, response) => {
      for (const field of [...frontChannelFields, ...encryptionFields]) delete body[field];
      accept(body, response);
    };
    const client = await register();
    assert.deepEqual(withResult(client.report, "ignored"), [...frontChannelFields, ...encryptionFields]);
    assert.deepEqual(withResult(client.report, "refused"), []);
    assert.equal(client.encryption, undefined);
    assert.equal(sent.length, 1);
  });

  it("leaves out what the OP refuses by name, with its words", async () => {
    answer = (body, response) => {
      if (body.frontchannel_logout_uri) refuse(response, "frontchannel_logout_uri must be https");
      else accept(body, response);
    };
    const { report } = await register();
    assert.equal(sent.length, 2);
    assert.deepEqual(
      report.filter(({ result }) => result !== "accepted"),
      frontChannelFields.map((field) => ({
        field,
        asked: field === "frontchannel_logout_uri" ? `${base}/fclogout` : true,
        result: "refused",
        reason: "HTTP 400, invalid_client_metadata: frontchannel_logout_uri must be https",
      })),
    );
  });

  it("leaves out several that are refused one after the other, by name", async () => {
    answer = (body, response) => {
      if (body.jwks_uri) refuse(response, "Encrypted ID Tokens are not supported.");
      else if (body.post_logout_redirect_uris) {
        refuse(response, "post_logout_redirect_uris: not allowed", "invalid_redirect_uri");
      } else accept(body, response);
    };
    const { report } = await register();
    assert.equal(sent.length, 3);
    assert.deepEqual(withResult(report, "refused"), ["post_logout_redirect_uris", ...encryptionFields]);
  });

  it("finds out which field is refused where the OP does not say", async () => {
    answer = (body, response) => (body.frontchannel_logout_uri ? refuse(response) : accept(body, response));
    const { report } = await register();
    assert.deepEqual(withResult(report, "refused"), [...frontChannelFields]);
    assert.equal(withResult(report, "accepted").length, report.length - frontChannelFields.length);
  });

  it("keeps out what helped when the OP goes on to name another", async () => {
    answer = (body, response) => {
      if (body.jwks_uri) refuse(response);
      else if (body.backchannel_logout_uri) refuse(response, "backchannel_logout_uri is unknown");
      else accept(body, response);
    };
    const { report } = await register();
    assert.deepEqual(withResult(report, "refused"), [...backChannelFields, ...encryptionFields]);
  });

  it("falls back to none of them where two are refused and none is named; that is said", async () => {
    answer = (body, response) =>
      body.frontchannel_logout_uri || body.jwks_uri ? refuse(response) : accept(body, response);
    const { report } = await register();
    assert.ok(sent.length <= 6, `${sent.length} requests`);
    const refused = report.filter(({ result }) => result === "refused");
    assert.equal(refused.length, 8);
    for (const { reason } of refused) assert.match(reason ?? "", /left out with others: no field is named/);
  });

  it("asks for response types in single words where the OP takes no combinations", async () => {
    answer = (body, response) => {
      const combined = (body.response_types as string[]).some((type) => type.includes(" "));
      if (combined) refuse(response);
      else accept(body, response);
    };
    const { report } = await register();
    assert.deepEqual(sent[1]?.body.response_types, ["code", "id_token", "token"]);
    assert.deepEqual(
      report.filter(({ result }) => result !== "accepted"),
      [
        {
          field: "response_types",
          asked: ["code", "id_token", "id_token token"],
          result: "changed",
          answer: ["code", "id_token", "token"],
          reason: "HTTP 400, invalid_client_metadata",
        },
      ],
    );
  });

  it("gives up with the OP's words where even the bare client is refused, after six requests", async () => {
    answer = (_, response) => refuse(response, "no clients\n  today");
    await assert.rejects(register(), (error) => {
      assert.ok(error instanceof ProtocolError);
      assert.equal(error.code, "registration_refused");
      assert.equal(
        error.message,
        `${origin}/register refused to register playground2: HTTP 400, invalid_client_metadata: no clients today.`,
      );
      return true;
    });
    assert.equal(sent.length, 6);
    const bare = [
      "client_name",
      "redirect_uris",
      "response_types",
      "grant_types",
      "token_endpoint_auth_method",
      "id_token_signed_response_alg",
    ];
    assert.deepEqual(Object.keys(sent.at(-1)?.body ?? {}).sort(), bare.sort());
  });

  it("does not try again where the credentials are refused, or the OP fails", async () => {
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
      sent = [];
      answer = (_, response) => reply(response.setHeader("www-authenticate", "Basic"), status, body);
      await assert.rejects(register(), { code: "registration_refused", message: words });
      assert.equal(sent.length, 1);
    }
  });

  it("takes 200 for success, and a secret without a word on when it expires", async () => {
    answer = (body, response) => reply(response, 200, { ...body, client_id: "x", client_secret: "y" });
    const client = await register();
    assert.deepEqual([client.clientId, client.clientSecret], ["x", "y"]);
    assert.equal(withResult(client.report, "accepted").length, client.report.length);
  });

  it("asks once, whatever is wrong with an answer that says success", async () => {
    const unusable: ((response: ServerResponse) => void)[] = [
      (response) => reply(response, 201, { ...credentials, filler: "x".repeat(1024 * 1024) }),
      (response) => reply(response, 201, { client_name: "without an ID" }),
      (response) => void response.writeHead(201, { "content-type": "text/html" }).end("<p>welcome"),
    ];
    for (const unusual of unusable) {
      sent = [];
      answer = (_, response) => unusual(response);
      await assert.rejects(register(), {
        code: "provider_unavailable",
        message: /did not answer as it should/,
      });
      assert.equal(sent.length, 1);
    }
  });

  it("follows no redirect with the credentials", async () => {
    answer = (_, response) => void response.writeHead(307, { location: `${origin}/elsewhere` }).end();
    await assert.rejects(register({ authorization: { token: "t" } }), {
      message: /HTTP 307, a redirect to http:.*\/elsewhere, which is not followed\.$/,
    });
    assert.equal(sent.length, 1);
  });

  it("does not wait for ever", { timeout: 5000 }, async () => {
    answer = () => {};
    await assert.rejects(register({ timeout: 0.2 }), {
      code: "provider_unavailable",
      message: /timed? ?out/i,
    });
    answer = (_, response) => void response.writeHead(201, { "content-type": "application/json" }).write("{");
    await assert.rejects(register({ timeout: 0.2 }), { code: "provider_unavailable" });
  });

  it("shows the token or the password that it is given", async () => {
    answer = accept;
    await register({ authorization: { token: "t0ken" } });
    await register({ authorization: { user: "admin", password: "pä:w" } });
    assert.deepEqual(
      sent.map(({ authorization }) => authorization),
      ["Bearer t0ken", `Basic ${Buffer.from("admin:pä:w").toString("base64")}`],
    );
  });

  it("can be taken back where the OP said how, and says so where that fails", async () => {
    let client = { uri: `${origin}/register/new`, token: "m" };
    answer = (body, response) =>
      accept(
        { ...body, registration_client_uri: client.uri, registration_access_token: client.token },
        response,
      );
    const registered = await register();
    assert.deepEqual(registered.management, client);

    const deleted: unknown[] = [];
    answer = (_, response, { method, url, headers }) => {
      deleted.push([method, url, headers.authorization]);
      response.writeHead(url?.endsWith("/new") ? 204 : 302, { location: `${origin}/register/new` }).end();
    };
    await deleteClient(client, (url, init) => fetch(url, init as RequestInit));
    assert.deepEqual(deleted, [["DELETE", "/register/new", "Bearer m"]]);
    client = { uri: `${origin}/register/other`, token: "m" };
    await assert.rejects(
      deleteClient(client, (url, init) => fetch(url, init as RequestInit)),
      { message: /\/register\/other answered HTTP 302\./ },
    );
    assert.equal(deleted.length, 2, "a redirect is not followed");
  });
});
