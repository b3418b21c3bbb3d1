/** Registration at OPs that refuse what others accept: oidc-provider as it ships, and servers with other rules. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import Provider from "oidc-provider";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { DriverContext } from "../driver.ts";
import { registerDynamically } from "./dynamic-registration.ts";

const asked: ClientMetadata = {
  client_name: "rp-a-1",
  redirect_uris: ["http://localhost:8090/callback"],
  post_logout_redirect_uris: ["http://localhost:8090/logout"],
  response_types: ["code", "id_token", "code id_token"],
  grant_types: ["authorization_code", "implicit", "refresh_token"],
  token_endpoint_auth_method: "client_secret_basic",
  backchannel_logout_uri: "http://localhost:8090/bclogout",
  backchannel_logout_session_required: true,
};

type Sent = Partial<Record<string, unknown>>;

/** An OP that listens, and the registrations that it was asked for. */
async function started(
  listener: (origin: string) => RequestListener,
  types = ["code", "id_token", "code id_token"],
) {
  const server = createServer((request, response) => answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => void server.close().closeAllConnections());
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const answer = listener(issuer);
  const sent: Sent[] = [];
  const metadata = {
    issuer,
    registration_endpoint: `${issuer}/reg`,
    response_types_supported: types,
  } as Metadata;
  const context: DriverContext = {
    issuer,
    metadata,
    fetch: (url, init) => {
      sent.push(JSON.parse(String(init?.body)) as Sent);
      return fetch(url, init);
    },
  };
  return { context, sent };
}

/** A server that refuses what this function finds wrong. */
const withRule = (
  wrong: (body: Sent) => [error: string, description: string] | undefined,
  types?: string[],
) =>
  started(
    () => async (request, response) => {
      const body = (await json(request)) as Sent;
      const found = wrong(body);
      response.writeHead(found ? 400 : 201, { "content-type": "application/json" });
      const said = found && { error: found[0], error_description: found[1] };
      response.end(JSON.stringify(said ?? { ...body, client_id: crypto.randomUUID() }));
    },
    types,
  );

const isImplicit = ({ response_types }: Sent) => String(response_types).includes("id_token");
const isNative = ({ application_type }: Sent) => application_type === "native";

const changes = (report: Awaited<ReturnType<typeof registerDynamically>>["report"] = []) =>
  report
    .filter(({ result, reason }) => result !== "accepted" || reason)
    .map(({ field, result, answer, reason }) => [field, result, answer, reason]);

describe("registration at oidc-provider as it ships", () => {
  it("falls back to code, in its words, and asks for that at once for the next client", async () => {
    const { context, sent } = await started((origin) =>
      new Provider(origin, {
        features: { registration: { enabled: true }, backchannelLogout: { enabled: true } },
        responseTypes: ["code", "id_token", "code id_token"],
      }).callback(),
    );
    const { clientId, missing, report } = await registerDynamically(asked, context);
    assert.ok(clientId);
    assert.deepEqual(missing, []);
    const words =
      "HTTP 400, invalid_client_metadata: post_logout_redirect_uris for web clients using implicit flow MUST only register URLs using the https scheme";
    assert.deepEqual(changes(report), [
      ["response_types", "changed", ["code"], words],
      ["grant_types", "changed", ["authorization_code", "refresh_token"], words],
    ]);
    assert.equal(sent.length, 2);
    await registerDynamically({ ...asked, client_name: "rp-b-1" }, context);
    assert.deepEqual(sent[2]?.response_types, ["code"]);
    assert.equal(sent.length, 3, "the refusal is not asked for again");
  });
});

describe("registration", () => {
  it("asks for what discovery declares: without implicit, one request is enough", async () => {
    const { context, sent } = await withRule(
      (body) => (isImplicit(body) ? ["invalid_client_metadata", "no"] : undefined),
      ["code"],
    );
    const { report } = await registerDynamically(asked, context);
    assert.deepEqual(changes(report), []);
    assert.deepEqual(
      sent.map(({ response_types, grant_types }) => [response_types, grant_types]),
      [[["code"], ["authorization_code", "refresh_token"]]],
    );
  });

  for (const words of ["Redirect URIs must use https.", "no"])
    it(`asks as a native client last, for code (the OP's words: ${words})`, async () => {
      const { context, sent } = await withRule((body) =>
        isNative(body) ? undefined : ["invalid_client_metadata", words],
      );
      const { report } = await registerDynamically(asked, context);
      const why = `HTTP 400, invalid_client_metadata: ${words}`;
      assert.deepEqual(changes(report), [
        ["response_types", "changed", ["code"], why],
        ["grant_types", "changed", ["authorization_code", "refresh_token"], why],
        ["application_type", "accepted", undefined, why],
      ]);
      assert.deepEqual([sent.at(-2)?.response_types, sent.at(-2)?.application_type], [["code"], undefined]);
      assert.equal(sent.at(-1)?.backchannel_logout_uri, asked.backchannel_logout_uri);
    });

  it("has for each field the words that led to its value", async () => {
    const { context, sent } = await withRule((body) => {
      if (isImplicit(body)) return ["invalid_client_metadata", "implicit is off"];
      return isNative(body) ? undefined : ["invalid_redirect_uri", "http is for native clients"];
    });
    const { report } = await registerDynamically(asked, context);
    const implicit = "HTTP 400, invalid_client_metadata: implicit is off";
    assert.deepEqual(changes(report), [
      ["response_types", "changed", ["code"], implicit],
      ["grant_types", "changed", ["authorization_code", "refresh_token"], implicit],
      [
        ...["application_type", "accepted", undefined],
        "HTTP 400, invalid_redirect_uri: http is for native clients",
      ],
    ]);
    assert.equal(sent.length, 3);
  });

  it("keeps the flow that helped when the OP then names a field", async () => {
    const { context, sent } = await withRule((body) => {
      if (!isNative(body)) return ["invalid_redirect_uri", "http is for native clients"];
      return body.backchannel_logout_uri
        ? ["invalid_client_metadata", "backchannel_logout_uri must be a public address"]
        : undefined;
    });
    const { missing } = await registerDynamically(asked, context);
    assert.deepEqual(missing, ["backchannel_logout_uri", "backchannel_logout_session_required"]);
    assert.equal(sent.length, 4);
  });

  it("that never succeeds says each refusal once, in the OP's words", async () => {
    const { context } = await withRule((body) => {
      if (isImplicit(body)) return ["invalid_client_metadata", "implicit is off."];
      return isNative(body)
        ? ["access_denied", "Not today."]
        : ["invalid_redirect_uri", "http is for native clients"];
    });
    await assert.rejects(registerDynamically(asked, context), (error) => {
      assert.ok(error instanceof ProtocolError);
      const all = [
        "HTTP 400, invalid_client_metadata: implicit is off",
        "HTTP 400, invalid_redirect_uri: http is for native clients",
        "HTTP 400, access_denied: Not today.",
      ];
      assert.equal(
        error.message,
        `${context.metadata.registration_endpoint} refused to register rp-a-1: ${all.join("; then ")}`,
      );
      return true;
    });
  });
});
