/** Clients at an OP whose response does not say what it has registered. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { FieldReport } from "./registration-report.ts";
import {
  base,
  credentials,
  encryption,
  type RegistrationEndpoint,
  registrationEndpoint,
  reply,
} from "./testing/registration-endpoint.ts";

type Json = Record<string, unknown>;

const resultsOf = (report: FieldReport[]) => new Set(report.map(({ result }) => result));

describe("a registration whose response has only the credentials", () => {
  let op: RegistrationEndpoint;
  beforeEach(async () => {
    op = await registrationEndpoint();
  });
  afterEach(() => op.close());

  /** @param management of the client @param read answers its GET */
  function answers(management: Json, read: (asked: Json, response: ServerResponse) => void): void {
    let asked: Json = {};
    op.answer = (body, response, request) => {
      if (request.method === "GET") return read(asked, response);
      asked = body;
      reply(response, 201, { ...credentials, client_name: body.client_name, ...management });
    };
  }
  const management = () => ({
    registration_client_uri: `${op.origin}/client/new`,
    registration_access_token: "first",
  });

  it("is read back with the client's own token, and keeps the token that comes with it", async () => {
    answers(management(), (asked, response) =>
      reply(response, 200, {
        ...asked,
        ...credentials,
        frontchannel_logout_uri: "https://app.example/other",
        jwks_uri: undefined,
        registration_access_token: "second",
      }),
    );
    const { report, management: kept, encryption: confirmed } = await op.register();
    assert.equal(op.sent.at(-1)?.authorization, "Bearer first");
    const byField = new Map(report.map((each) => [each.field, each]));
    assert.deepEqual(byField.get("backchannel_logout_uri"), {
      field: "backchannel_logout_uri",
      asked: `${base}/bclogout`,
      result: "accepted",
      known: "read back",
    });
    assert.deepEqual(byField.get("frontchannel_logout_uri"), {
      field: "frontchannel_logout_uri",
      asked: `${base}/fclogout`,
      result: "changed",
      answer: "https://app.example/other",
      known: "read back",
    });
    assert.deepEqual(byField.get("jwks_uri"), {
      field: "jwks_uri",
      asked: `${base}/jwks`,
      result: "ignored",
    });
    assert.deepEqual(byField.get("client_name"), {
      field: "client_name",
      asked: "playground2",
      result: "accepted",
    });
    assert.equal(kept?.token, "second");
    assert.deepEqual(confirmed, encryption);
  });

  const unreadable: [name: string, read: (asked: Json, response: ServerResponse) => void][] = [
    ["refuses to show it", (_, response) => reply(response, 403, {})],
    ["shows another client", (asked, response) => reply(response, 200, { ...asked, client_id: "other" })],
    ["shows no JSON", (_, response) => void response.writeHead(200).end("<html>")],
    ["hangs up", (_, response) => void response.destroy()],
  ];
  for (const [name, read] of unreadable)
    it(`is not echoed where the OP ${name}, and registered all the same`, async () => {
      answers(management(), read);
      const { report, clientId } = await op.register();
      assert.equal(clientId, "new");
      assert.deepEqual(resultsOf(report), new Set(["accepted", "not echoed"]));
    });

  it("is not echoed where nothing reads it back: no field is called ignored", async () => {
    answers({}, (_, response) => reply(response, 404, {}));
    const { report } = await op.register();
    assert.deepEqual(
      report.filter(({ result }) => result !== "not echoed").map(({ field }) => field),
      ["client_name"],
    );
    assert.equal(op.sent.length, 1);
  });

  for (const [name, back, result] of [
    ["redirects to each", (uri: string) => `${uri}?error=login_required`, "accepted"],
    ["redirects to its own page", () => "/error", "not echoed"],
    ["redirects elsewhere", (uri: string) => `${uri}.example/`, "not echoed"],
  ] as const)
    it(`has its callbacks tried: ${result} where the OP ${name}`, async () => {
      const tried: (string | null)[] = [];
      op.answer = (_, response, request) => {
        if (request.method !== "GET") return reply(response, 201, credentials);
        const { searchParams } = new URL(request.url ?? "", op.origin);
        assert.deepEqual([searchParams.get("prompt"), searchParams.get("client_id")], ["none", "new"]);
        tried.push(searchParams.get("redirect_uri"));
        response.writeHead(303, { location: back(searchParams.get("redirect_uri") ?? "") }).end();
      };
      const { report } = await op.register({
        provider: {
          issuer: `${op.origin}/op`,
          registration_endpoint: `${op.origin}/register`,
          authorization_endpoint: `${op.origin}/authorize`,
        },
      });
      const callbacks = report.find(({ field }) => field === "redirect_uris");
      assert.deepEqual(tried.toSorted(), [`${base}/api/auth/callback/op`, `${base}/oauth2client`]);
      assert.equal(callbacks?.result, result);
      assert.equal(callbacks?.known, result === "accepted" ? "used" : undefined);
    });
});
