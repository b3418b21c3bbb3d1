import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "#lib/cli/errors.ts";
import { apps, defaultPorts, perApp } from "#lib/config/apps.ts";
import { parseOptions } from "./options.ts";

/** `--ports`, each this far from its default. */
const ports = (distance: number) => apps.map(({ port }) => port + distance).join(",");
const [, ...others] = ports(0).split(",");

describe("the demo's flags", () => {
  it("have defaults that are the tutorial's addresses", () => {
    const options = parseOptions([], {});
    assert.deepEqual(options.ports, defaultPorts);
    assert.equal(options.issuer, undefined);
    assert.equal(options.data, ".data");
    assert.equal(options.crossSite, false);
    assert.equal(options.LOG_FORMAT, "pretty");
  });

  it("take an OpenID Provider, clients and ports of your own", () => {
    const options = parseOptions(
      [
        ...["--issuer", "https://op.example/tenant/"],
        ...["--client", "playground2=app2:s3cret:with=odd", "--client", "playground3=app3"],
        ...["--ports", ports(100), "--cross-site", "--registration-auth", "admin:pass:word"],
      ],
      { LOG_FORMAT: "json" },
    );
    assert.equal(options.issuer, "https://op.example/tenant/", "kept to the byte");
    assert.deepEqual(options.clients.playground2, { id: "app2", secret: "s3cret:with=odd" });
    assert.equal(options.clients.playground3?.id, "app3");
    assert.equal(options.clients.playground3?.secret, undefined);
    assert.deepEqual(
      options.ports.apps,
      perApp(({ port }) => port + 100),
    );
    assert.deepEqual(options.registration, { user: "admin", password: "pass:word" });
    assert.equal(options.LOG_FORMAT, "json");
    assert.equal(options.crossSite, true);
  });

  it("combine an OpenID Provider on https with apps on other sites", () => {
    const { https, crossSite } = parseOptions(["--https", "--cross-site"], {});
    assert.deepEqual([https, crossSite], [true, true]);
  });

  it("prefer --log-format to LOG_FORMAT", () => {
    assert.equal(parseOptions(["--log-format", "pretty"], { LOG_FORMAT: "json" }).LOG_FORMAT, "pretty");
  });

  const own = ["--issuer", "http://localhost:1"];
  const wrong: [string[], RegExp][] = [
    [["--op-port", "0"], /^--op-port: not a port number; give one from 1 to 65535\.$/],
    [["--front-port", "65536"], /^--front-port: not a port number; give one from 1 to 65535\.$/],
    [["--front-port", "80x"], /^--front-port: not a port number; give one from 1 to 65535\.$/],
    [
      ["--ports", "8082"],
      new RegExp(`^--ports: 1 given for ${apps.length} apps; give one for each, such as ${ports(100)}\\.$`),
    ],
    [["--ports", ["99999", ...others].join()], /^--ports: not a port number; give one from 1 to 65535\.$/],
    [
      ["--ports", ["8080", ...others].join()],
      /^--ports: port 8080 is used twice; give each process a port of its own\.$/,
    ],
    [["--op-port", "8082"], /^--op-port: port 8082 is used twice;/],
    [["--issuer", "op.example"], /^--issuer: not an absolute http or https URL; write the issuer exactly/],
    [
      ["--issuer", "https://op.example/.well-known/openid-configuration"],
      /^--issuer: this is the discovery document; omit /,
    ],
    [[...own, "--client", "playground=x"], /^--client: not NAME=ID or NAME=ID:SECRET; NAME is playground2\b/],
    [[...own, "--client", "playground2="], /^--client: not NAME=ID/],
    [
      [...own, "--registration-auth", "admin"],
      /^--registration-auth: not NAME:PASSWORD; put a colon between the two\.$/,
    ],
    [["--log-format", "xml"], /^--log-format: xml is unknown; choose pretty or json\.$/],
    [["--client", "playground2=x"], /^--client: only for your own OP; name it with --issuer URL\.$/],
    [["--registration-token", "x"], /^--registration-token: only for your own OP/],
    [["--ca", "ca.pem"], /^--ca: only for your own OP/],
    [[...own, "--https"], /^--https: only for the embedded OP; omit it with --issuer\.$/],
    [[...own, "--op-port", "9444"], /^--op-port: only for the embedded OP/],
    [[...own, "--fault", "state-dropped"], /^--fault: only for the embedded OP; omit it with --issuer\.$/],
    [
      ["--fault", "state-dropped", "--fault", "state-lost"],
      /^--fault: there is no fault state-lost; the closest are state-dropped, [a-z, -]+\.$/,
    ],
  ];
  for (const [argv, message] of wrong) {
    it(`refuse ${argv.join(" ")} in one line`, () => {
      assert.throws(
        () => parseOptions(argv, {}),
        (error: unknown) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
    });
  }

  it("pass faults to the embedded OP", () => {
    const { faults } = parseOptions(["--fault", "state-dropped", "--fault", "session-state-missing"], {});
    assert.deepEqual(faults, ["state-dropped", "session-state-missing"]);
  });

  it("ignore the port of the embedded OP with --issuer", () => {
    assert.equal(parseOptions([...own, "--front-port", "9443"], {}).ports.frontDoor, 9443);
  });
});
