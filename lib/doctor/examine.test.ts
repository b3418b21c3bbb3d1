/** A whole examination: nothing is wrong with a healthy OpenID Provider, and what is missing is named. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { CheckName } from "./finding.ts";
import { maxRequests } from "./prober.ts";
import { credentials, json, type PatientOp, patientOp, secret } from "./testing/patient-op.ts";

let op: PatientOp;
beforeEach(async () => {
  op = await patientOp();
});
afterEach(() => op.close());

it("finds nothing wrong with a healthy OP, in few requests", async () => {
  const findings = await op.examine();
  for (const each of Object.values(findings)) assert.equal(each.result, "ok", JSON.stringify(each));
  assert.ok(Object.keys(findings).length > 20);
  assert.ok(op.requests.length <= maxRequests);
});

it("finds nothing wrong with an issuer that ends in a slash", async () => {
  const issuer = `${op.issuer}/`;
  op.metadata = { issuer };
  for (const each of Object.values(await op.examine({ issuer })))
    assert.equal(each.result, "ok", JSON.stringify(each));
});

const missing: [CheckName, Record<string, unknown>, RegExp][] = [
  ["end-session", { end_session_endpoint: undefined }, /No end_session_endpoint/],
  ["backchannel-support", { backchannel_logout_supported: undefined }, /backchannel_logout_supported is not/],
  ["backchannel-support", { backchannel_logout_session_supported: false }, /without sid/],
  ["frontchannel-support", { frontchannel_logout_supported: false }, /frontchannel_logout_supported is not/],
  ["frontchannel-support", { frontchannel_logout_session_supported: false }, /without iss and sid/],
  ["session-management", { check_session_iframe: undefined }, /No check_session_iframe/],
  ["silent", { prompt_values_supported: ["login"] }, /Only login is declared/],
  ["response-types", { response_types_supported: ["id_token"] }, /Not declared: code \(Authorization Code\)/],
  ["pkce", { code_challenge_methods_supported: ["plain"] }, /Only plain is declared/],
  ["pkce", { code_challenge_methods_supported: undefined }, /is not declared/],
  ["iss", { authorization_response_iss_parameter_supported: false }, /is not declared/],
];

describe("the doctor", () => {
  for (const [check, metadata, found] of missing) {
    it(`notices what is missing: ${JSON.stringify(metadata)} ${found.source}`, async () => {
      op.metadata = metadata;
      const findings = await op.examine();
      assert.equal(findings[check]?.result, "warning", JSON.stringify(findings[check]));
      assert.match(findings[check].found, found);
    });
  }

  it("notices an OP that does not answer, and concludes nothing else", async () => {
    const { patient, issuer } = op;
    await op.close();
    const findings = await op.examine(patient);
    assert.equal(findings.discovery?.result, "problem");
    assert.match(findings.discovery.found, /ECONNREFUSED/);
    assert.ok(findings.discovery.found.includes(issuer));
    assert.equal(findings.callbacks, undefined);
    op = await patientOp();
  });

  it("concludes nothing about a client if none is known", async () => {
    const findings = await op.examine({ client: undefined });
    for (const check of ["callbacks", "open-redirect", "client-secret", "post-logout"] as const)
      assert.equal(findings[check]?.result, "unknown");
  });

  it("treats values of a wrong type as not declared", async () => {
    op.metadata = {
      authorization_endpoint: 7,
      token_endpoint: "file:///etc/passwd",
      response_types_supported: "code",
      code_challenge_methods_supported: [1],
    };
    const findings = await op.examine();
    assert.match(findings["client-secret"]?.found ?? "", /No token_endpoint/);
    assert.match(findings.callbacks?.found ?? "", /No authorization_endpoint/);
    assert.equal(findings.pkce?.result, "warning");
  });

  it("accepts an OP's own error codes if a made-up secret gets another one", async () => {
    op.token = ({ authorization }, response) =>
      authorization === credentials
        ? json(response, 403, { error: "invalid_code" })
        : json(response, 401, { error: "invalid_client" });
    const { "client-secret": finding } = await op.examine();
    assert.equal(finding?.result, "ok");
    assert.match(finding.found, /invalid_code, to a made-up secret invalid_client.*RFC 6749 5\.2/);
  });

  it("accepts a public client", async () => {
    op.token = ({ authorization, body }, response) =>
      authorization === undefined && body.get("client_id") === "playground2" && !body.has("client_secret")
        ? json(response, 400, { error: "invalid_grant" })
        : json(response, 401, { error: "invalid_client" });
    assert.equal((await op.examine({ client: { clientId: "playground2" } }))["client-secret"]?.result, "ok");
  });

  it("sends the secret in the body if the OP accepts it only there", async () => {
    op.metadata = { token_endpoint_auth_methods_supported: ["client_secret_post"] };
    op.token = ({ authorization, body }, response) =>
      authorization === undefined && body.get("client_secret") === secret
        ? json(response, 400, { error: "invalid_grant" })
        : json(response, 401, { error: "invalid_client" });
    assert.equal((await op.examine())["client-secret"]?.result, "ok");
  });

  it("sends the secret in the body if the OP refuses HTTP Basic with 401, and says so", async () => {
    op.metadata = { token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"] };
    op.token = ({ authorization, body }, response) =>
      authorization === undefined && body.get("client_secret") === secret
        ? json(response, 400, { error: "invalid_grant" })
        : json(response, 401, { error: "invalid_client" });
    const { "client-secret": finding } = await op.examine();
    assert.equal(finding?.result, "warning");
    assert.match(finding.found, /client_secret_basic is refused \(invalid_client\).* use client_secret_post/);
    assert.match(finding.found, /made-up code is invalid_grant, to a made-up secret invalid_client/);
    assert.match(finding.todo ?? "", /client_secret_post/);
    const wrong = await op.examine({ client: { clientId: "playground2", clientSecret: "wrong" } });
    assert.equal(wrong["client-secret"]?.result, "problem");
    assert.match(
      wrong["client-secret"].found,
      /invalid_client, by client_secret_basic and by client_secret_post/,
    );
  });

  it("sends an ID and a secret with - . _ as they are", async () => {
    const client = { clientId: "rp-a_1", clientSecret: "a-secret_1.x" };
    op.token = ({ authorization }, response) =>
      authorization === `Basic ${btoa("rp-a_1:a-secret_1.x")}`
        ? json(response, 400, { error: "invalid_grant" })
        : json(response, 401, { error: "invalid_client" });
    assert.equal((await op.examine({ client }))["client-secret"]?.result, "ok");
  });

  it("ignores a cookie with the app's name that never reaches the app", async () => {
    op.headers["set-cookie"] = "playground2.session=x; Path=/op";
    assert.equal((await op.examine()).cookies?.result, "ok");
  });
});
