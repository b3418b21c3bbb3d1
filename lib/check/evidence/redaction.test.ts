import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { generateKeyPair, SignJWT } from "jose";
import { curlHint, curlOf, shortened } from "./evidence.ts";
import { redacted, redactedAddress, withoutQueries } from "./redaction.ts";

const { privateKey } = await generateKeyPair("ES256");
const signed = (claims: Record<string, unknown>) =>
  new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "one" }).sign(privateKey);
const token = await signed({ iss: "https://op.example", sub: "alice", sid: "s-1" });
const [head = "", payload = "", signature = ""] = token.split(".");
const long = await signed({ sub: "alice", groups: "g".repeat(4_000) });

describe("a text that leaves a run", () => {
  const cases: [what: string, text: string, secret: string][] = [
    ["a token in a sentence", `It answered ${token}. Then it ended.`, signature],
    ["a long token", `logout_token=${long}`, long.split(".")[1] ?? ""],
    ["a token in an address", `https://rp.example/logout?id_token_hint=${token}&state=s`, signature],
    ["an encrypted token", `${head}.${payload}.${"i".repeat(22)}.${"c".repeat(300)}.tag-of-it`, "tag-of-it"],
    ["a code in an address", "https://rp.example/callback?code=abc-def&state=s", "abc-def"],
    ["a code in a fragment", "sent to https://rp.example/callback#state=s&code=abc-def.", "abc-def"],
    ["an opaque access token in a form", "access_token=opaque-1234&x=y", "opaque-1234"],
    ["a client secret in a form", "client_id=rp&client_secret=s3cr3t-s3cr3t", "s3cr3t-s3cr3t"],
    ["a cookie", "GET / HTTP/1.1\nCookie: session=abcdef\nHost: op", "abcdef"],
    ["a set-cookie header", "set-cookie: session=abcdef; Path=/", "abcdef"],
    ["credentials", "Authorization: Basic cnA6c2VjcmV0", "cnA6c2VjcmV0"],
    ["credentials in a sentence", "It refused Basic YWRtaW46aHVudGVyMg==.", "YWRtaW46aHVudGVyMg=="],
    ["a registration token", "It refused Bearer 8f2c1d9e77aa.", "8f2c1d9e77aa"],
    ["a secret of the run", "The OP says: no such user alice/correct horse", "correct horse"],
    ["a secret in an address", "GET /login?p=correct%20horse", "correct%20horse"],
    ["a secret in a form", "username=alice&passwd=correct+horse", "correct+horse"],
    ["a secret in JSON", '{"pin":"a\\"b"}', 'a\\"b'],
    ["a secret in HTML", "<p>a&lt;b&amp;c</p>", "a&lt;b&amp;c"],
    ["a secret in an attribute", '<p title="a&quot;b">', "a&quot;b"],
  ];
  for (const [what, text, secret] of cases) {
    it(`has no ${what.replace(/^an? /, "")}`, () => {
      assert.ok(text.includes(secret));
      const report = { reason: text, evidence: [{ what: text, detail: { deep: [{ [text]: text }] } }] };
      assert.ok(!JSON.stringify(redacted(report, ["correct horse", 'a"b', "a<b&c"])).includes(secret));
    });
  }

  it("has no value of a field with a secret name", () => {
    const detail = {
      "set-cookie": "session=abcdef",
      Authorization: "Bearer opaque",
      code: "abc",
      status: 200,
    };
    assert.deepEqual(redacted(detail, []), {
      ...{ "set-cookie": "(left out)", Authorization: "(left out)", code: "(left out)", status: 200 },
    });
  });

  it("keeps enough of a token to recognize it", () => {
    const text = redacted(`hint ${token}`, []);
    assert.ok(text.startsWith(`hint ${head}.${payload}.(signature)`), text);
  });

  it("keeps everything else, and what was shortened before", () => {
    const kept = {
      reason: "state=a%20b was returned as state=a+b; error_code=7, sid 4Zx-0",
      claims: { jti: "0f0f", iat: 1_700_000_000, events: {} },
      count: 3,
      none: null,
      curl: curlOf("POST", "https://op.example/logout", { id_token_hint: long, state: "s" }),
      parameters: shortened({ id_token_hint: token, logout_token: long, state: "s" }),
    };
    assert.deepEqual(redacted(kept, ["another"]), kept);
  });

  it("has addresses without queries and fragments", () => {
    const text = withoutQueries(
      "left at https://op.example/a?code=1&x=2, not http://rp.example/b#id_token=3",
    );
    assert.equal(text, "left at https://op.example/a not http://rp.example/b");
  });
});

describe("an address in evidence", () => {
  const cases: [address: string, shown: string][] = [
    ["https://op.example/logout", "https://op.example/logout"],
    ["/bye?state=a%26b&sid=s-1", "/bye?state=a%26b&sid=s-1"],
    [
      "https://op.example/ask?sessionDataKey=k-1&state=s",
      "https://op.example/ask?sessionDataKey=(left out)&state=s",
    ],
    ["/ask?k-1", "/ask?(left out)"],
    ["/ask?state=s#/step=k-1", "/ask?state=s#/step=(left out)"],
    ["/ask;jsessionid=k-1/on?state=s", "/ask;(left out)/on?state=s"],
    ["https://alice:k-1@op.example/ask", "https://(left out)@op.example/ask"],
    ["//k-1@op.example", "//(left out)@op.example"],
    ["https:/alice:k-1@op.example/ask", "https:/(left out)@op.example/ask"],
    ["https:alice:k-1@op.example/ask", "https:(left out)@op.example/ask"],
    ["HTTPS:\\\\\\alice:k-1@op.example", "HTTPS:\\\\\\(left out)@op.example"],
    ["///alice:k-1@op.example", "///(left out)@op.example"],
    ["https://op.example/@alice", "https://op.example/@alice"],
  ];
  for (const [address, shown] of cases) {
    it(`has no key to a page of the user: ${address}`, () => assert.equal(redactedAddress(address), shown));
  }

  it("loses the signatures of its tokens", () => {
    const evidence = redacted(redactedAddress(`/logout?id_token_hint=${token}&state=s`), []);
    assert.match(evidence, /^\/logout\?id_token_hint=eyJ[^&]*\(signature\)[^&]*&state=s$/);
  });
});

describe("a curl command", () => {
  const url = "https://op.example/$(touch owned)'\"`id`";
  const value = "$(id) `id` 'x' \"y\" \\ !";
  const command = curlOf("GET", url, { state: value, id_token_hint: long });

  it("passes exactly the values, and runs none of them", () => {
    const echoed = command.replace(/^curl/, "printf '%s\\n'");
    const said = execFileSync("sh", ["-c", echoed], {
      env: { ...process.env, ID_TOKEN_HINT: "the hint" },
      encoding: "utf8",
    });
    assert.deepEqual(said.trimEnd().split("\n"), [
      ...["-i", "-G", url, "--data-urlencode", `state=${value}`],
      ...["--data-urlencode", "id_token_hint=the hint"],
    ]);
  });

  it("says which variables to fill in, and not what only looks like one", () => {
    assert.equal(curlHint(command), "First put a token of your own into ID_TOKEN_HINT.");
    assert.equal(curlHint(curlOf("GET", url, { state: '"x=$HOME"' })), "");
  });

  it("repeats a repeated parameter", () => {
    const twins = [
      ["id_token_hint", long],
      ["id_token_hint", long],
      ["client_id", "a"],
      ["client_id", "b"],
    ] as const;
    const command = curlOf("GET", "https://op.example/a", twins);
    assert.match(command, /'client_id=a' \\\n {2}--data-urlencode 'client_id=b'$/);
    assert.equal(curlHint(command), "First put a token of your own into ID_TOKEN_HINT.");
    assert.deepEqual(shortened(twins.slice(2)), { client_id: ["a", "b"] });
  });

  it("says POST even without parameters", () => {
    assert.equal(curlOf("POST", "https://op.example/a", {}), "curl -i -X POST 'https://op.example/a'");
  });
});
