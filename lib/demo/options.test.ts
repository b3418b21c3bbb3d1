import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseOptions, UsageError, usage } from "./options.ts";

describe("the demo's flags", () => {
  it("have defaults that are the tutorial's addresses", () => {
    const options = parseOptions([], {});
    assert.deepEqual(options.ports, {
      op: 9443,
      frontDoor: 8080,
      apps: { playground2: 8082, playground3: 8083 },
    });
    assert.equal(options.issuer, undefined);
    assert.equal(options.data, ".data");
    assert.equal(options.crossSite, false);
    assert.equal(options.LOG_FORMAT, "pretty");
  });

  it("take an OpenID Provider of one's own with clients and ports", () => {
    const options = parseOptions(
      [
        ...["--issuer", "https://op.example/tenant/"],
        ...["--client", "playground2=app2:s3cret:with=odd", "--client", "playground3=app3"],
        ...["--ports", "8182,8183", "--cross-site", "--registration-auth", "admin:pass:word"],
      ],
      { LOG_FORMAT: "json" },
    );
    assert.equal(options.issuer, "https://op.example/tenant/", "kept to the byte");
    assert.deepEqual(options.clients.playground2, { id: "app2", secret: "s3cret:with=odd" });
    assert.equal(options.clients.playground3?.id, "app3");
    assert.equal(options.clients.playground3?.secret, undefined);
    assert.deepEqual(options.ports.apps, { playground2: 8182, playground3: 8183 });
    assert.deepEqual(options.registration, { user: "admin", password: "pass:word" });
    assert.equal(options.LOG_FORMAT, "json");
    assert.equal(options.crossSite, true);
  });

  it("combine an OpenID Provider on https with apps on other sites", () => {
    const { https, crossSite } = parseOptions(["--https", "--cross-site"], {});
    assert.deepEqual([https, crossSite], [true, true]);
  });

  it("let --log-format win over LOG_FORMAT", () => {
    assert.equal(parseOptions(["--log-format", "pretty"], { LOG_FORMAT: "json" }).LOG_FORMAT, "pretty");
  });

  const own = ["--issuer", "http://localhost:1"];
  const wrong: [string[], RegExp][] = [
    [["--nonsense"], /^Unknown option '--nonsense'\./],
    [["extra"], /^Unexpected argument 'extra'\./],
    [["--op-port"], /^Option '--op-port <value>' argument missing\./],
    [["--https=yes"], /^Option '--https' does not take an argument\./],
    [["--op-port", "0"], /^--op-port must be a port number from 1 to 65535\.$/],
    [["--front-port", "65536"], /^--front-port must be a port number from 1 to 65535\.$/],
    [["--front-port", "80x"], /^--front-port must be a port number from 1 to 65535\.$/],
    [["--ports", "8082"], /^--ports must be two port numbers with a comma, such as 8182,8183\.$/],
    [["--ports", "8082,99999"], /^--ports must be a port number from 1 to 65535\.$/],
    [["--ports", "8080,8083"], /^Port 8080 is named twice/],
    [["--op-port", "8082"], /^Port 8082 is named twice/],
    [["--issuer", "op.example"], /^--issuer must be an absolute http or https URL\.$/],
    [
      ["--issuer", "https://op.example/.well-known/openid-configuration"],
      /^--issuer takes the issuer: leave /,
    ],
    [
      [...own, "--client", "playground4=x"],
      /^--client must be NAME=ID or NAME=ID:SECRET, where NAME is playground2 or/,
    ],
    [[...own, "--client", "playground2="], /^--client must be NAME=ID/],
    [[...own, "--registration-auth", "admin"], /^--registration-auth must be USER:PASSWORD\.$/],
    [["--log-format", "xml"], /^--log-format must be pretty or json\.$/],
    [["--client", "playground2=x"], /^--client is for an OP of yours; name it with --issuer URL\.$/],
    [["--registration-token", "x"], /^--registration-token is for an OP of yours/],
    [[...own, "--https"], /^--https is for the embedded OP; leave it away with --issuer\.$/],
    [[...own, "--op-port", "9444"], /^--op-port is for the embedded OP/],
    [[...own, "--fault", "state-dropped"], /^--fault is for the embedded OP; leave it away with --issuer\.$/],
    [
      ["--fault", "state-dropped", "--fault", "state-lost"],
      /^--fault is wrong: there is no fault state-lost; the closest are state-dropped, [a-z, -]+\.$/,
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

  it("hand faults on to the embedded OP", () => {
    const { faults } = parseOptions(["--fault", "state-dropped", "--fault", "session-state-missing"], {});
    assert.deepEqual(faults, ["state-dropped", "session-state-missing"]);
  });

  it("do not mind the OP's port when the OP is one's own", () => {
    assert.equal(parseOptions([...own, "--front-port", "9443"], {}).ports.frontDoor, 9443);
  });

  it("are all in the text of --help", () => {
    const known = [
      ...["--issuer", "--client", "--registration-token", "--registration-auth", "--https", "--op-port"],
      ...["--cross-site", "--front-port", "--ports", "--data", "--fresh", "--log-format", "--help"],
      "--fault",
    ];
    for (const flag of known) assert.ok(usage.includes(`\n  ${flag}`), flag);
  });
});
