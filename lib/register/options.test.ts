import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "#lib/demo/options.ts";
import { parseRegisterOptions, registerUsage } from "./options.ts";

describe("the flags of slo-playground register", () => {
  it("have the demo's defaults, for both apps and without encryption", () => {
    const options = parseRegisterOptions([]);
    assert.deepEqual(options.ports, {
      op: 9443,
      frontDoor: 8080,
      apps: { playground2: 8082, playground3: 8083 },
    });
    assert.deepEqual(options.apps, ["playground2", "playground3"]);
    assert.deepEqual([options.issuer, options.encryption, options.data], [undefined, undefined, ".data"]);
    assert.deepEqual([options.driver, options.public, options.wait], ["auto", false, 0]);
  });

  it("take an issuer to the byte, one app, encryption and a password with a colon", () => {
    const options = parseRegisterOptions([
      ...["--issuer", "https://op.example/", "--app", "playground3", "--encrypt", "ECDH-ES:A256GCM"],
      ...["--registration-auth", "admin:pass:word", "--ports", "8182,8183", "--cross-site"],
    ]);
    assert.equal(options.crossSite, true);
    assert.equal(options.issuer, "https://op.example/");
    assert.deepEqual(options.apps, ["playground3"]);
    assert.deepEqual(options.encryption, { alg: "ECDH-ES", enc: "A256GCM" });
    assert.deepEqual(options.authorization, { user: "admin", password: "pass:word" });
    assert.deepEqual(options.ports.apps, { playground2: 8182, playground3: 8183 });
  });

  const wrong: [flags: string[], message: RegExp][] = [
    [["--encrypt", "RSA-OAEP:DES"], /^--encrypt must be ALG or ALG:ENC/],
    [["--encrypt", "RSA-OAEP:A128GCM:x"], /^--encrypt must be ALG or ALG:ENC/],
    [["--app", "playground4"], /^--app must be playground2 or playground3\.$/],
    [["--issuer", "localhost"], /^--issuer must be an absolute http or https URL\.$/],
    [["--issuer", "http://localhost", "--https"], /^--https is for the embedded OP/],
    [["--registration-auth", "admin"], /^--registration-auth must be USER:PASSWORD\.$/],
    [["--driver", "okta"], /^--driver must be one of auto, embedded, wso2, keycloak, glewlwyd, generic\.$/],
    [["--driver", "wso2", "--registration-auth", "a:b"], /^--driver wso2 is for an OP of yours; name it/],
    [["--driver", "keycloak", "--issuer", "http://localhost/realms/x"], /^--driver keycloak needs an admin/],
    [["--driver", "embedded"], /^--driver embedded writes files: name their folder with --env-dir\.$/],
    [
      ["--driver", "embedded", "--env-dir", "x", "--issuer", "http://localhost"],
      /^--issuer is for --driver auto/,
    ],
    [["--public"], /^--public is for --driver wso2 or keycloak\.$/],
    [["--driver", "wso2", "--encrypt", "RSA-OAEP"], /^--encrypt is for --driver auto or generic\.$/],
    [["--wait", "soon", "--issuer", "http://localhost"], /^--wait must be a number of seconds/],
    [["--wait", "5"], /^--wait is for an OP of yours; name it with --issuer URL\.$/],
    [["--issuer", "https://localhost", "--ca", "a", "--trust-first-use", "b"], /exclude each other\.$/],
    [
      ["--issuer", "http://localhost", "--trust-first-use", "b"],
      /^--trust-first-use is for an issuer on https\.$/,
    ],
    [
      ["--client", "playground2=x"],
      /^Unknown option '--client'\. All flags: slo-playground register --help$/,
    ],
  ];
  for (const [flags, message] of wrong) {
    it(`refuse ${flags.join(" ")} in one line`, () => {
      assert.throws(
        () => parseRegisterOptions(flags),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
    });
  }

  it("are all in the text of --help", () => {
    for (const flag of [
      ...["--issuer", "--registration-token", "--registration-auth", "--encrypt", "--app", "--https"],
      ...["--op-port", "--front-port", "--ports", "--cross-site", "--data", "--json", "--strict", "--help"],
      ...["--driver", "--public", "--wait", "--ca", "--trust-first-use", "--env-dir"],
    ])
      assert.match(registerUsage, new RegExp(`${flag}[ ,]`));
  });
});
