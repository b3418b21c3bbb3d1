import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { usableKeys, usableMetadata } from "./usable-metadata.ts";

describe("a discovery document", () => {
  const cases: [declared: Record<string, unknown>, value: Record<string, unknown>, ignored: string[]][] = [
    [{ jwks_uri: "https://op.example/jwks" }, { jwks_uri: "https://op.example/jwks" }, []],
    [{ jwks_uri: "nowhere" }, {}, ["jwks_uri is nowhere, which is not an http or https URL"]],
    [
      { token_endpoint: "ftp://op.example" },
      {},
      ["token_endpoint is ftp://op.example, which is not an http or https URL"],
    ],
    [
      { check_session_iframe: { toString: 1 } },
      {},
      ['check_session_iframe is {"toString":1}, which is not an http or https URL'],
    ],
    [
      { check_session_iframe: "https://op.example;sandbox/session" },
      {},
      ["check_session_iframe is https://op.example;sandbox/session, which is not an http or https URL"],
    ],
    [{ userinfo_endpoint: null }, {}, ["userinfo_endpoint is null, which is not an http or https URL"]],
    [{ response_types_supported: "code" }, {}, ["response_types_supported is code, which is not a list"]],
    [
      { response_types_supported: ["code", null, 7] },
      { response_types_supported: ["code"] },
      [
        "response_types_supported contains null, which is not text",
        "response_types_supported contains 7, which is not text",
      ],
    ],
    [
      { backchannel_logout_supported: "true", frontchannel_logout_supported: false },
      { frontchannel_logout_supported: false },
      ["backchannel_logout_supported is true, which is neither true nor false"],
    ],
    [
      { credential_configurations_supported: {}, else: [null] },
      { credential_configurations_supported: {}, else: [null] },
      [],
    ],
  ];
  for (const [declared, value, ignored] of cases) {
    test(`with ${JSON.stringify(declared)}`, () => {
      assert.deepEqual(usableMetadata(declared), { value, ignored });
    });
  }

  test("with many odd values names the first", () => {
    const { ignored } = usableMetadata({ scopes_supported: Array(1000).fill(null) });
    assert.equal(ignored.length, 11);
    assert.equal(ignored.at(-1), "990 more like these");
  });
});

const publicKey = async (alg: string): Promise<JWK> =>
  exportJWK((await generateKeyPair(alg, { extractable: true })).publicKey);
const [rsa, ec, ed] = [await publicKey("RS256"), await publicKey("ES256"), await publicKey("EdDSA")];

describe("a JWK Set", () => {
  test("keeps its good keys, and names the others without their values", () => {
    const odd: [key: unknown, named: string][] = [
      [null, "null"],
      ["text", "text"],
      [["a"], '["a"]'],
      [{}, "a key with kty absent and kid absent"],
      [{ kty: "RSA", kid: "k" }, "a key with kty RSA and kid k"],
      [{ ...rsa, n: 7 }, "a key with kty RSA and kid absent"],
      [{ ...rsa, kid: { toString: 1 } }, 'a key with kty RSA and kid {"toString":1}'],
      [{ ...rsa, alg: 7 }, "a key with kty RSA and kid absent"],
      [{ ...rsa, key_ops: "verify" }, "a key with kty RSA and kid absent"],
      [{ ...ec, x: ec.y }, "a key with kty EC and kid absent"],
      [{ kty: "oct", k: "c2VjcmV0" }, "a key with kty oct and kid absent"],
    ];
    for (const [key, named] of odd) {
      const found = usableKeys({ keys: [key, { ...rsa, kid: "good", oth: 7 }, ec, ed] });
      assert.deepEqual(found?.value, [{ ...rsa, kid: "good" }, ec, ed]);
      assert.deepEqual(found.ignored, [`the JWK Set contains ${named}, which is not a usable public key`]);
    }
  });

  test("is none without a list of keys", () => {
    for (const set of [undefined, null, 7, "text", [], {}, { keys: {} }])
      assert.equal(usableKeys(set), undefined);
  });
});
