/** The discovery checks, against incorrect documents. The OP is a stub: no user signs in. */
import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import type { CheckResult, Verdict } from "../model/check.ts";
import { CheckEnded } from "../model/errors.ts";
import type { Recorded, RequestKind } from "../probe/recorder.ts";
import { Trial, type TrialSettings } from "../run/trial.ts";
import { catalogue } from "./index.ts";

const issuer = "https://op.example";
const good: Record<string, unknown> = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  end_session_endpoint: `${issuer}/logout`,
  check_session_iframe: `${issuer}/iframe`,
  jwks_uri: `${issuer}/jwks`,
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
  id_token_signing_alg_values_supported: ["RS256"],
};

interface Situation {
  metadata?: Record<string, unknown>;
  issuer?: string;
  answer?: () => Response;
  results?: Partial<CheckResult>[];
  /** The requests that the probes received. */
  came?: { kind: RequestKind; query?: string }[];
  undeclared?: string[];
}

async function verdictOf(id: string, situation: Situation) {
  const metadata = { ...good, ...situation.metadata };
  const records = (situation.came ?? []).map(({ kind, query = "" }): Partial<Recorded> => {
    return { kind, query: new URLSearchParams(query), form: new URLSearchParams() };
  });
  const probe = { recorder: { records } };
  const trial = new Trial({
    probeSet: { "rp-a": probe, "rp-b": probe, "rp-c": probe, "rp-d": probe },
    ...{ probeSets: [], users: {}, metadata },
    driver: { undeclared: situation.undeclared },
    context: {
      issuer: situation.issuer ?? issuer,
      fetch: async () => situation.answer?.() ?? Response.json(metadata),
    },
  } as unknown as TrialSettings);
  const check = catalogue.find((each) => each.id === id) ?? assert.fail(`no check ${id}`);
  try {
    await check.run(trial, (situation.results ?? []) as CheckResult[]);
  } catch (error) {
    assert.ok(error instanceof CheckEnded, String(error));
    return { verdict: error.verdict, reason: error.message, curl: trial.report.curl };
  }
  const { warnings, curl } = trial.report;
  return { verdict: trial.report.outcome("high").verdict, reason: warnings.join(" "), curl };
}

const without = (...names: string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
const json =
  (body: unknown, type = "application/json", status = 200) =>
  () =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": type } });

const cases: [id: string, what: string, situation: Situation, verdict: Verdict, reason: RegExp][] = [
  ["D-01", "a good document", {}, "pass", /^$/],
  [
    "D-01",
    "a parameter of the content type",
    { answer: json(good, "application/json; charset=utf-8") },
    "pass",
    /^$/,
  ],
  ["D-01", "another status", { answer: json(good, "application/json", 203) }, "fail", /HTTP 203/],
  ["D-01", "text/html", { answer: json(good, "text/html") }, "fail", /content type is text\/html/],
  ["D-01", "an extra slash", { answer: json({ ...good, issuer: `${issuer}/` }) }, "fail", /names the issuer/],
  [
    "D-01",
    "invalid JSON",
    { answer: () => new Response("<p>", { headers: { "content-type": "application/json" } }) },
    "fail",
    /names no issuer/,
  ],
  ["D-02", "https", {}, "pass", /^$/],
  [
    "D-02",
    "plain http at an https OP",
    { metadata: { end_session_endpoint: "http://op.example/logout" } },
    "fail",
    /not on https/,
  ],
  [
    "D-02",
    "a relative URL",
    { metadata: { end_session_endpoint: "/logout" } },
    "fail",
    /not an absolute URL/,
  ],
  ["D-02", "a fragment", { metadata: { end_session_endpoint: `${issuer}/logout#x` } }, "fail", /fragment/],
  [
    "D-02",
    "a missing field",
    { metadata: without("end_session_endpoint") },
    "skip",
    /declares no end_session_endpoint/,
  ],
  [
    "D-02",
    "http on one machine",
    { issuer: "http://localhost:1", metadata: { end_session_endpoint: "http://localhost:1/logout" } },
    "warn",
    /development on one machine/,
  ],
  [
    "D-02",
    "http across the network",
    { issuer: "http://op.example", metadata: { end_session_endpoint: "http://op.example/logout" } },
    "fail",
    /not on https/,
  ],
  [
    "D-03",
    "a plain token endpoint",
    { metadata: { token_endpoint: "http://op.example/token" } },
    "fail",
    /token_endpoint is not/,
  ],
  ["D-03", "plain keys", { metadata: { jwks_uri: "http://op.example/jwks" } }, "fail", /jwks_uri is not/],
  ["D-04", "both flags", {}, "pass", /^$/],
  [
    "D-04",
    "a string for true",
    { metadata: { backchannel_logout_supported: "true" } },
    "fail",
    /not a boolean/,
  ],
  [
    "D-04",
    "a missing sid flag",
    { metadata: without("backchannel_logout_session_supported") },
    "warn",
    /is missing/,
  ],
  [
    "D-04",
    "sid without the mechanism",
    { metadata: without("backchannel_logout_supported") },
    "fail",
    /session_supported is true/,
  ],
  [
    "D-04",
    "neither",
    { metadata: without("backchannel_logout_supported", "backchannel_logout_session_supported") },
    "skip",
    /declares no/,
  ],
  [
    "D-04",
    "neither, although the product supports it",
    {
      metadata: without("backchannel_logout_supported", "backchannel_logout_session_supported"),
      undeclared: ["back-channel"],
    },
    "fail",
    /does not say so/,
  ],
  ["D-05", "a number for true", { metadata: { frontchannel_logout_supported: 1 } }, "fail", /not a boolean/],
  ["D-05", "both flags", {}, "pass", /^$/],
  [
    "D-06",
    "plain http",
    { metadata: { check_session_iframe: "http://op.example/iframe" } },
    "fail",
    /not on https/,
  ],
  ["D-06", "a missing field", { metadata: without("check_session_iframe") }, "skip", /declares no/],
  ["D-07", "alone", {}, "skip", /together/],
  [
    "D-07",
    "back-channel logout that was never observed",
    { results: [{ id: "B-01", verdict: "fail" }] },
    "fail",
    /no check saw at work: backchannel_logout_supported\./,
  ],
  [
    "D-07",
    "a witness that failed, although logout tokens arrived",
    { results: [{ id: "B-01", verdict: "fail" }], came: [{ kind: "back-channel" }] },
    "pass",
    /^$/,
  ],
  [
    "D-07",
    "logout tokens that were never announced",
    {
      metadata: without("backchannel_logout_supported"),
      results: [{ id: "R-01", verdict: "pass" }],
      came: [{ kind: "back-channel" }],
    },
    "warn",
    /does not declare backchannel_logout_supported/,
  ],
  [
    "D-07",
    "session_state without an iframe",
    {
      metadata: without("check_session_iframe"),
      results: [{ id: "R-01", verdict: "pass" }],
      came: [{ kind: "authorization", query: "session_state=x.y" }],
    },
    "warn",
    /does not declare check_session_iframe/,
  ],
  [
    "D-07",
    "an iframe that does not answer, despite session_state",
    {
      results: [{ id: "S-05", verdict: "fail" }],
      came: [{ kind: "authorization", query: "session_state=x.y" }],
    },
    "fail",
    /check_session_iframe/,
  ],
  ["D-08", "no keys", { answer: json({ keys: [] }) }, "fail", /without a list of keys/],
  [
    "D-08",
    "a private key",
    { answer: json({ keys: [{ kty: "RSA", kid: "1", d: "x" }] }) },
    "fail",
    /secret part/,
  ],
  ["D-08", "a short key", { answer: json({ keys: [{ kty: "RSA", kid: "1", n: "AAAA" }] }) }, "fail", /2048/],
  [
    "D-08",
    "an encryption key beside a key without use",
    {
      answer: json({
        keys: [
          { kty: "EC", kid: "1", use: "enc" },
          { kty: "EC", kid: "2" },
        ],
      }),
    },
    "fail",
    /must declare its use/,
  ],
  [
    "D-08",
    "no RS256",
    {
      answer: json({ keys: [{ kty: "EC", kid: "1" }] }),
      metadata: { id_token_signing_alg_values_supported: ["ES256"] },
    },
    "fail",
    /does not list RS256/,
  ],
];

describe("the checks of discovery", () => {
  for (const [id, what, situation, verdict, reason] of cases) {
    it(`${id}: ${what} is a ${verdict}`, async () => {
      const outcome = await verdictOf(id, situation);
      assert.equal(outcome.verdict, verdict, outcome.reason);
      assert.match(outcome.reason, reason);
    });
  }
});

test("a check of the discovery document gives the curl command, whatever its verdict", async () => {
  const curl = `curl -i -G '${issuer}/.well-known/openid-configuration'`;
  for (const id of ["D-01", "D-02", "D-03", "D-04", "D-05", "D-06"]) {
    assert.equal((await verdictOf(id, {})).curl, curl, id);
    const wrong = Object.fromEntries(Object.keys(good).map((name) => [name, "nonsense"]));
    const { verdict, curl: ofFailure } = await verdictOf(id, { metadata: wrong });
    assert.deepEqual([verdict, ofFailure], ["fail", curl], id);
  }
});
