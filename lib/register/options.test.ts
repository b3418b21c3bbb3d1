import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "#lib/cli/errors.ts";
import { appNames, defaultPorts } from "#lib/config/apps.ts";
import { parseRegisterOptions } from "./options.ts";

describe("the flags of slo-playground register", () => {
  it("have the demo's defaults, for all apps and without encryption", () => {
    const options = parseRegisterOptions([]);
    assert.deepEqual([options.ports, options.apps], [defaultPorts, appNames]);
    assert.deepEqual([options.issuer, options.encryption, options.data], [undefined, undefined, ".data"]);
    assert.deepEqual([options.driver, options.public, options.wait], ["auto", false, 0]);
  });

  it("take an issuer to the byte, one app, encryption and a password with a colon", () => {
    const options = parseRegisterOptions([
      ...["--issuer", "https://op.example/", "--app", "playground3", "--encrypt", "ECDH-ES:A256GCM"],
      ...["--registration-auth", "admin:pass:word", "--front-port", "8180", "--cross-site"],
    ]);
    assert.equal(options.crossSite, true);
    assert.equal(options.issuer, "https://op.example/");
    assert.deepEqual(options.apps, ["playground3"]);
    assert.deepEqual(options.encryption, { alg: "ECDH-ES", enc: "A256GCM" });
    assert.deepEqual(options.authorization, { user: "admin", password: "pass:word" });
    assert.equal(options.admin, undefined);
    assert.equal(options.ports.frontDoor, 8180);
  });

  const wrong: [flags: string[], message: RegExp][] = [
    [["--encrypt", "RSA-OAEP:DES"], /^--encrypt: not ALG or ALG:ENC; ALG is /],
    [["--encrypt", "RSA-OAEP:A128GCM:x"], /^--encrypt: not ALG or ALG:ENC; ALG is /],
    [["--app", "playground"], /^--app: playground is unknown; choose playground2[, ].*\.$/],
    [["--issuer", "localhost"], /^--issuer: not an absolute http or https URL;/],
    [["--issuer", "http://localhost", "--https"], /^--https: only for the embedded OP/],
    [["--registration-auth", "admin"], /^--registration-auth: not NAME:PASSWORD; /],
    [["--driver", "okta"], /^--driver: okta is unknown; choose auto, embedded, wso2, [\w, ]+ or generic\.$/],
    [
      ["--driver", "wso2", "--admin", "a:b"],
      /^--driver: wso2 is not the embedded OP; name yours with --issuer/,
    ],
    [["--driver", "embedded"], /^--driver: embedded writes files; name their folder with --env-dir\.$/],
    [
      ["--driver", "embedded", "--env-dir", "x", "--issuer", "http://localhost"],
      /^--issuer: unused with --driver embedded, which sends no request;/,
    ],
    [["--public"], /^--public: needs the product's API; name an administrator with --admin\.$/],
    [
      ["--admin", "a:b", "--registration-token", "t"],
      /^--registration-token: only for dynamic registration; /,
    ],
    [
      ["--wait", "soon", "--issuer", "http://localhost"],
      /^--wait: not a whole number from 0 to 9999; give one\.$/,
    ],
    [["--wait", "5"], /^--wait: only for your own OP; name it with --issuer URL\.$/],
    [
      ["--issuer", "https://localhost", "--ca", "a", "--trust-first-use", "b"],
      /^--ca: cannot be combined with --trust-first-use; omit one of them\.$/,
    ],
    [
      ["--issuer", "http://localhost", "--trust-first-use", "b"],
      /^--trust-first-use: only for an issuer on https; omit it\.$/,
    ],
    [["--client", "playground2=x"], /^--client: unknown flag\. All flags: npm run register -- --help$/],
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
});
