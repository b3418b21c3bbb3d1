/** Judgements that need no OpenID Provider. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Evidence, examineDelivery } from "./checks/backchannel.ts";
import { narrowed, offsetOf, secondsBetween } from "./checks/clock-offset.ts";
import { differenceOf } from "./checks/issuer.ts";
import { examineSite, relationOf } from "./checks/site.ts";
import { bySeverity, type CheckName, finding, type Result, summaryOf, textOf } from "./finding.ts";

describe("how two issuers differ", () => {
  const cases: [string, string, string][] = [
    [
      "https://op.example/",
      "https://op.example",
      'there is an extra slash at the end; byte 19 is "/" and not the end',
    ],
    ["http://op.example", "https://op.example", 'http is not https; byte 5 is ":" and not "s"'],
    [
      "https://OP.example",
      "https://op.example",
      'the same URL, but written differently; byte 9 is "O" and not "o"',
    ],
    ["https://op.example:443", "https://op.example", "the same URL, but written differently; byte 19"],
    [
      "http://127.0.0.1/op",
      "http://localhost/op",
      'another host name, even if it is the same host; byte 8 is "1"',
    ],
    ["http://localhost:1/op", "http://localhost:2/op", "another port; byte 18"],
    ["https://op.example/a", "https://op.example/b", "another path; byte 20"],
    ["https://op.example/\u00e4", "https://op.example/\u00f6", "another path; byte 21 is 0xa4 and not 0xb6"],
    ["https://op.example", "not a URL", "one of them is not a URL; byte 1"],
  ];
  for (const [configured, declared, expected] of cases)
    it(`${configured} and ${declared}`, () => {
      const difference = differenceOf(configured, declared);
      assert.ok(difference.startsWith(expected), difference);
    });
});

describe("to a browser, two URLs are", () => {
  const cases: [string, string, string][] = [
    ["http://localhost:8080", "http://localhost:9443", "same site"],
    ["http://localhost:8080", "https://localhost:9443", "cross-site"],
    ["http://playground2.localhost", "http://localhost", "cross-site"],
    ["http://playground2.localhost", "http://playground3.localhost", "cross-site"],
    ["http://127.0.0.1:1", "http://127.0.0.1:2", "same site"],
    ["http://127.0.0.1", "http://127.0.0.2", "cross-site"],
    ["http://[::1]", "http://127.0.0.1", "cross-site"],
    ["https://idp.example.com", "https://app.example.com", "same site"],
    ["https://idp.example.com", "https://app.example.org", "cross-site"],
    ["https://intranet", "https://idp", "cross-site"],
    ["https://a.co.uk", "https://b.co.uk", "unsure"],
  ];
  for (const [a, b, relation] of cases)
    it(`${a} and ${b}: ${relation}`, () => assert.equal(relationOf(new URL(a), new URL(b)), relation));

  const siteOf = (issuer: string, ...baseUrls: [string, ...string[]]) =>
    examineSite({ issuer, app: { name: "a", baseUrls }, metadata: { issuer } });

  it("reported with the consequences", () => {
    const http = siteOf("http://localhost:9443", "http://a.localhost/a", "http://localhost/a");
    assert.equal(http.result, "warning");
    assert.match(
      http.found,
      /a different site from http:\/\/a\.localhost\/a \(the same as http:\/\/localhost\/a\)/,
    );
    assert.match(http.found, /cannot be SameSite=None/);
    const https = siteOf("https://localhost:9443", "http://localhost/a");
    assert.match(https.found, /only if they are SameSite=None and the browser does not block/);
  });

  it("two sites if the domain that they share is a public suffix", () => {
    assert.match(
      siteOf("https://a.github.io", "https://b.github.io/a").found,
      /unless github\.io is a public suffix/,
    );
    assert.doesNotMatch(siteOf("https://a.example", "https://a.example/a").found, /unless/);
    assert.equal(siteOf("https://a.co.uk", "https://b.co.uk/a").result, "unknown");
  });
});

describe("a clock", () => {
  const at = Date.parse("2026-01-01T00:00:10Z");
  const date = (seconds: number) => new Date(at + seconds * 1000).toUTCString();

  it("is not ahead if latency and whole seconds explain the difference", () => {
    for (const elapsed of [0, 999, 3000]) {
      const offset = offsetOf(date(0), at + 500, at + 500 + elapsed);
      assert.ok(offset);
      assert.equal(secondsBetween(offset), 0);
    }
  });

  it("is known more exactly from several responses", () => {
    const slow = offsetOf(date(10), at, at + 5000);
    const quick = offsetOf(date(10), at, at + 20);
    assert.ok(slow && quick);
    const both = narrowed([slow, quick]);
    assert.deepEqual(both, { from: 9980, to: 11000 });
  });

  it("is unknown without a valid Date", () => {
    for (const none of [null, "", "yesterday"]) assert.equal(offsetOf(none, at, at), undefined);
    assert.equal(narrowed([]), undefined);
  });
});

describe("whether logout tokens arrive", () => {
  const now = Date.parse("2026-01-01T12:00:00Z");
  const ago = (seconds: number) => now - seconds * 1000;
  const patient = (issuer: string, base: string) => ({
    issuer,
    app: { name: "playground2", baseUrls: [base] as [string] },
    client: undefined,
  });
  const local = patient("http://localhost:9443", "http://localhost:8080/playground2");
  const cases: [string, Evidence, Result, RegExp][] = [
    ["nothing arrived", {}, "unknown", /No logout token has arrived/],
    ["one was accepted", { token: { at: ago(30) } }, "ok", /arrived 30 s ago and was accepted/],
    [
      "one was rejected",
      { token: { at: ago(600), error: "wrong aud" } },
      "problem",
      /10 min ago was rejected: wrong aud/,
    ],
    ["the mechanism is switched off", { off: true, token: { at: ago(30) } }, "warning", /switched off/],
    ["a logout had none", { logout: { at: ago(60) } }, "problem", /but no logout token arrived/],
    [
      "a later logout had none",
      { token: { at: ago(7200) }, logout: { at: ago(60) } },
      "problem",
      /at the OpenID Provider 60 s ago, but no logout token/,
    ],
    ["a logout had one", { token: { at: ago(62) }, logout: { at: ago(60) } }, "ok", /accepted/],
    ["a logout is only just over", { logout: { at: ago(3) } }, "unknown", /No logout token has arrived/],
    [
      "the last one could not be verified",
      { token: { at: ago(62) }, unverified: { at: ago(10), error: "The signature" } },
      "warning",
      /could not be verified: The signature/,
    ],
  ];
  for (const [name, evidence, result, found] of cases)
    it(`${name}: ${result}`, () => {
      const delivery = examineDelivery(local, evidence, now);
      assert.equal(delivery.result, result);
      assert.match(delivery.found, found);
    });

  it("leads to advice that depends on where the two are", () => {
    const adviceFor = (issuer: string, base: string) =>
      examineDelivery(patient(issuer, base), {}, now).todo ?? "";
    assert.match(adviceFor("http://localhost:9443", "http://localhost:8080/playground2"), /in a container/);
    assert.match(
      adviceFor("https://idp.example", "http://localhost:8080/playground2"),
      /a URL that idp\.example can reach: to its server, localhost is itself/,
    );
    assert.match(
      adviceFor("https://idp.example", "https://app.example/playground2"),
      /no firewall may be in between/,
    );
    const silence = /As it ships, oidc-provider is one of them: .* only its event backchannel\.error says so/;
    for (const base of ["http://localhost:8080/p", "http://192.168.1.2/p", "http://host.docker.internal/p"])
      assert.match(adviceFor("https://idp.example", base), silence);
    assert.doesNotMatch(adviceFor("https://idp.example", "https://app.example/p"), silence);
  });
});

describe("findings", () => {
  it("are counted", () => {
    const twice = [
      finding("tls", "problem", ""),
      finding("site", "problem", ""),
      finding("jwks", "unknown", ""),
    ];
    assert.equal(summaryOf([...twice, ...twice]), "4 problems, 2 inconclusive");
  });

  const some = (["ok", "unknown", "problem", "warning"] as const).map((result, index) =>
    finding(
      (["tls", "jwks", "clock", "site"] as CheckName[])[index] as CheckName,
      result,
      `found ${result}`,
      "fix it",
    ),
  );

  it("are listed problems first", () => {
    assert.deepEqual(
      bySeverity(some).map(({ result }) => result),
      ["problem", "warning", "unknown", "ok"],
    );
  });

  it("are explained in the text, except those that are ok", () => {
    const text = textOf("app at op", some);
    assert.match(text, /^app at op: 1 problem, 1 warning, 1 inconclusive, 1 ok\n\n\[problem\] Clock of/);
    assert.equal(text.match(/Why it matters: /g)?.length, 3);
    assert.equal(text.match(/What to do: fix it/g)?.length, 3);
    assert.match(text, /\[ok\] TLS certificate: found ok\n$/);
  });
});
