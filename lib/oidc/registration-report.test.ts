/** The report of a client's registration. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { FieldReport } from "./registration-report.ts";
import {
  accept,
  base,
  encryption,
  type RegistrationEndpoint,
  refuse,
  registrationEndpoint,
} from "./testing/registration-endpoint.ts";

const encryptionFields = [
  "id_token_encrypted_response_alg",
  "id_token_encrypted_response_enc",
  "jwks_uri",
] as const;
const frontChannelFields = ["frontchannel_logout_uri", "frontchannel_logout_session_required"] as const;
const backChannelFields = ["backchannel_logout_uri", "backchannel_logout_session_required"] as const;

const withResult = (report: FieldReport[], result: FieldReport["result"]) =>
  report.filter((each) => each.result === result).map(({ field }) => field);

describe("a registration's report", () => {
  let op: RegistrationEndpoint;
  beforeEach(async () => {
    op = await registrationEndpoint();
  });
  afterEach(() => op.close());

  it("requests every logout field and encryption, and says that all were accepted", async () => {
    op.answer = accept;
    const { report, ...client } = await op.register();
    assert.deepEqual(client, {
      clientId: "new",
      clientSecret: "s3cret",
      secretExpiresAt: 0,
      alg: "RS256",
      encryption,
    });
    assert.deepEqual(op.sent[0]?.body, {
      client_name: "playground2",
      redirect_uris: [`${base}/oauth2client`, `${base}/api/auth/callback/op`],
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
    assert.deepEqual(withResult(report, "accepted"), Object.keys(op.sent[0]?.body ?? {}));
    assert.equal(op.sent.length, 1);
  });

  it("distinguishes a changed value from the same one in another order", async () => {
    op.answer = (body, response) =>
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
    const { report, alg, encryption } = await op.register();
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

  it("lists ignored fields, and expects no encryption that was not confirmed", async () => {
    op.answer = (body, response) => {
      for (const field of [...frontChannelFields, ...encryptionFields]) delete body[field];
      accept(body, response);
    };
    const client = await op.register();
    assert.deepEqual(withResult(client.report, "ignored"), [...frontChannelFields, ...encryptionFields]);
    assert.deepEqual(withResult(client.report, "refused"), []);
    assert.equal(client.encryption, undefined);
    assert.equal(op.sent.length, 1);
  });

  it("omits the field that the OP names, and quotes the OP", async () => {
    op.answer = (body, response) => {
      if (body.frontchannel_logout_uri) refuse(response, "frontchannel_logout_uri must be https");
      else accept(body, response);
    };
    const { report } = await op.register();
    assert.equal(op.sent.length, 2);
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

  it("omits several fields that the OP names one after the other", async () => {
    op.answer = (body, response) => {
      if (body.jwks_uri) refuse(response, "Encrypted ID Tokens are not supported.");
      else if (body.post_logout_redirect_uris) {
        refuse(response, "post_logout_redirect_uris: not allowed", "invalid_redirect_uri");
      } else accept(body, response);
    };
    const { report } = await op.register();
    assert.equal(op.sent.length, 3);
    assert.deepEqual(withResult(report, "refused"), ["post_logout_redirect_uris", ...encryptionFields]);
  });

  it("finds the refused field if the OP does not name it", async () => {
    op.answer = (body, response) =>
      body.frontchannel_logout_uri ? refuse(response) : accept(body, response);
    const { report } = await op.register();
    assert.deepEqual(withResult(report, "refused"), [...frontChannelFields]);
    assert.equal(withResult(report, "accepted").length, report.length - frontChannelFields.length);
  });

  it("keeps omitting a field that helped when the OP then names another", async () => {
    op.answer = (body, response) => {
      if (body.jwks_uri) refuse(response);
      else if (body.backchannel_logout_uri) refuse(response, "backchannel_logout_uri is unknown");
      else accept(body, response);
    };
    const { report } = await op.register();
    assert.deepEqual(withResult(report, "refused"), [...backChannelFields, ...encryptionFields]);
  });

  it("omits all of them if two are refused and none is named, and says so", async () => {
    op.answer = (body, response) =>
      body.frontchannel_logout_uri || body.jwks_uri ? refuse(response) : accept(body, response);
    const { report } = await op.register();
    assert.ok(op.sent.length <= 9, `${op.sent.length} requests`);
    const refused = report.filter(({ result }) => result === "refused");
    assert.equal(refused.length, 8);
    for (const { reason } of refused)
      assert.match(reason ?? "", /omitted together with others: the OP named no field/);
  });

  it("requests response types in single words if the OP accepts no combinations", async () => {
    op.answer = (body, response) => {
      const combined = (body.response_types as string[]).some((type) => type.includes(" "));
      if (combined) refuse(response);
      else accept(body, response);
    };
    const { report } = await op.register();
    assert.deepEqual(op.sent[1]?.body.response_types, ["code", "id_token", "token"]);
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
});
