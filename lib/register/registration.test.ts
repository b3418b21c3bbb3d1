/** Which client an app gets at an OpenID Provider of the user's own. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import { CannotRun } from "#lib/cli/errors.ts";
import { type AppName, appNames, defaultPorts, perApp } from "#lib/config/apps.ts";
import { type Client, clientsAt } from "./registration.ts";
import type { Registration } from "./saved-state.ts";
import { exceptions } from "./view.ts";

interface Sent {
  authorization: string | undefined;
  body: Record<string, unknown>;
}

const ports = defaultPorts;
const asked = { ports, crossSite: false, clients: {}, registration: undefined };
const given: Record<AppName, Client> = {
  ...perApp(({ name }) => ({ id: name })),
  playground2: { id: "two", secret: "s" },
};
const { playground2: _, ...allButFirst } = given;
const { length: COUNT } = appNames;

describe("clients at the user's own OP", () => {
  let server: Server;
  let issuer: string;
  let discovery: Record<string, unknown>;
  let sent: Sent[];
  let remembered: Registration[];
  let answer: (body: Sent["body"]) => { status: number; body: unknown };

  beforeEach(async () => {
    sent = [];
    remembered = [];
    answer = ({ client_name }) => ({
      status: 201,
      body: { client_id: `id-${client_name}`, client_secret: "given", client_secret_expires_at: 0 },
    });
    server = createServer(async (request, response) => {
      const json = (status: number, body: unknown) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (request.url === "/op/.well-known/openid-configuration") return json(200, discovery);
      if (request.method === "GET") return json(404, {});
      const body = JSON.parse(await text(request)) as Sent["body"];
      sent.push({ authorization: request.headers.authorization, body });
      const answered = answer(body);
      return json(answered.status, answered.body);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/op`;
    discovery = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      jwks_uri: `${issuer}/jwks`,
      registration_endpoint: `${issuer}/register`,
      response_types_supported: ["code", "id_token", "token id_token"],
      grant_types_supported: ["authorization_code", "implicit", "password"],
    };
  });
  afterEach(() => new Promise((resolve) => void server.close(resolve)));

  const remember = async (registration: Registration) => void remembered.push(registration);
  const refused = (promise: Promise<unknown>, message: RegExp) =>
    assert.rejects(promise, (error) => {
      assert.ok(error instanceof CannotRun, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });

  it("are those that were given, without any registration", async () => {
    assert.deepEqual(await clientsAt({ ...asked, issuer, clients: given }, [], remember), given);
    assert.deepEqual(sent, []);
  });

  it("are registered with both addresses of each app and what the OP supports", async () => {
    const clients = await clientsAt({ ...asked, issuer }, [], remember);
    assert.deepEqual(clients.playground3, { id: "id-playground3", secret: "given" });
    assert.deepEqual(sent[0]?.body, {
      client_name: "playground2",
      redirect_uris: [
        "http://localhost:8080/playground2/oauth2client",
        "http://localhost:8082/playground2/oauth2client",
        "http://localhost:8080/playground2/api/auth/callback/op",
      ],
      post_logout_redirect_uris: [
        "http://localhost:8080/playground2/logout",
        "http://localhost:8082/playground2/logout",
      ],
      response_types: ["code", "id_token", "id_token token"],
      grant_types: ["authorization_code", "implicit"],
      token_endpoint_auth_method: "client_secret_basic",
      backchannel_logout_uri: "http://localhost:8080/playground2/bclogout",
      backchannel_logout_session_required: true,
      frontchannel_logout_uri: "http://localhost:8080/playground2/fclogout",
      frontchannel_logout_session_required: true,
      id_token_signed_response_alg: "RS256",
    });
    assert.equal(sent[0]?.authorization, undefined);
  });

  it("are registered with the hosts that browsers use, and notified of a logout where servers find them", async () => {
    await clientsAt({ ...asked, issuer, crossSite: true }, [], remember);
    const { body } = sent[1] ?? {};
    assert.deepEqual(body?.redirect_uris, [
      "http://playground3.localhost:8080/playground3/oauth2client",
      "http://playground3.localhost:8083/playground3/oauth2client",
      "http://localhost:8080/playground3/oauth2client",
      "http://localhost:8083/playground3/oauth2client",
      "http://playground3.localhost:8080/playground3/api/auth/callback/op",
    ]);
    assert.equal(body?.frontchannel_logout_uri, "http://playground3.localhost:8080/playground3/fclogout");
    assert.equal(body?.backchannel_logout_uri, "http://localhost:8080/playground3/bclogout");
    await clientsAt({ ...asked, issuer }, remembered, remember);
    assert.equal(sent.length, 2 * COUNT, "registered for other addresses is not registered");
  });

  it("are registered once, and used again at the next start", async () => {
    const first = await clientsAt({ ...asked, issuer }, [], remember);
    assert.deepEqual(await clientsAt({ ...asked, issuer }, remembered, remember), first);
    assert.equal(sent.length, COUNT, "one for each app");
  });

  it("are registered again for other addresses, and once the secret has expired", async () => {
    await clientsAt({ ...asked, issuer }, [], remember);
    const expired = remembered.map((each) => ({ ...each, secretExpiresAt: 1 }));
    await clientsAt({ ...asked, issuer }, expired, remember);
    await clientsAt(
      { ...asked, issuer, ports: { ...ports, frontDoor: 8180 } },
      remembered.slice(0, COUNT),
      remember,
    );
    assert.equal(sent.length, 3 * COUNT);
  });

  it("that were registered are kept even if the next is refused", async () => {
    answer = ({ client_name }) =>
      client_name === "playground2"
        ? { status: 201, body: { client_id: "two" } }
        : { status: 403, body: { error: "access_denied", error_description: "one is enough" } };
    await refused(
      clientsAt({ ...asked, issuer }, [], remember),
      /refused to register playground3: HTTP 403, access_denied: one is enough\. Check the initial access token.*\. Register it by hand and pass --client/,
    );
    assert.deepEqual(
      remembered.map(({ clientId }) => clientId),
      ["two"],
    );
  });

  it("are kept together with the result for each field", async () => {
    answer = ({ frontchannel_logout_uri, ...body }) =>
      frontchannel_logout_uri
        ? { status: 400, body: { error: "invalid_client_metadata", error_description: "frontchannel: no" } }
        : { status: 201, body: { ...body, client_id: "x" } };
    const reported: string[] = [];
    const said = new Set<string>();
    await clientsAt({ ...asked, issuer, clients: allButFirst }, [], async (_, report) => {
      reported.push(...exceptions(report, said));
    });
    const words = "HTTP 400, invalid_client_metadata: frontchannel: no";
    assert.deepEqual(reported, [
      `Registration: frontchannel_logout_uri was refused (${words}).`,
      `Registration: frontchannel_logout_session_required was refused.`,
    ]);
  });

  it("authorize with a registration token or a password", async () => {
    const one = allButFirst;
    await clientsAt({ ...asked, issuer, clients: one, registration: { token: "t0ken" } }, [], remember);
    await clientsAt(
      { ...asked, issuer, clients: one, registration: { user: "admin", password: "pw" } },
      [],
      remember,
    );
    assert.deepEqual(
      sent.map(({ authorization }) => authorization),
      ["Bearer t0ken", `Basic ${btoa("admin:pw")}`],
    );
  });

  it("must be named if the OP has no registration; the line says what to register", async () => {
    delete discovery.registration_endpoint;
    await refused(
      clientsAt({ ...asked, issuer }, [], remember),
      /has no registration_endpoint: .*http:\/\/localhost:8080\/playground2\/oauth2client.*http:\/\/localhost:8082\/playground2\/logout.*playground2\/bclogout.*--client playground2=ID\[:SECRET\]\.$/,
    );
    assert.deepEqual(await clientsAt({ ...asked, issuer, clients: given }, [], remember), given);
  });

  it("need an issuer that matches exactly", async () => {
    await refused(
      clientsAt({ ...asked, issuer: `${issuer}/` }, [], remember),
      /says that its issuer is .*\/op; pass exactly that/,
    );
  });

  it("need an OP that answers", async () => {
    await refused(
      clientsAt({ ...asked, issuer: `${issuer}/none` }, [], remember),
      /^No discovery document at /,
    );
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => void server.close(resolve));
    await refused(clientsAt({ ...asked, issuer }, [], remember), new RegExp(`ECONNREFUSED.*${port}`));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  });
});
