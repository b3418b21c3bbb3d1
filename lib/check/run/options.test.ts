import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import { UsageError } from "#lib/cli/errors.ts";
import { catalogue } from "../catalogue/index.ts";
import { chosenChecks } from "../catalogue/named.ts";
import { parseOptions } from "./options.ts";

const issuer = ["--issuer", "https://op.example"];
const client = (...names: string[]) => names.flatMap((name) => ["--client", `${name}=id:se:cret`]);
const refused = (args: string[], message: RegExp) =>
  assert.throws(
    () => parseOptions(args),
    (error) => error instanceof UsageError && message.test(error.message),
  );

describe("the flags of npm run check", () => {
  it("take a colon in a client ID, and a port for clients by hand alone", () => {
    const clients = ["rp-a", "rp-b", "rp-c", "rp-d"].flatMap((name) => ["--client", `${name}=urn%3Ax:s:1`]);
    const { port, clients: read } = parseOptions(["--issuer", "https://op.example", ...clients]);
    assert.deepEqual(read["rp-a"], { clientId: "urn:x", clientSecret: "s:1", missing: [] });
    assert.equal(port, 47100);
    assert.throws(
      () => parseOptions(["--port", "5000"]),
      /^UsageError: --port: only for clients registered by hand/,
    );
    assert.throws(
      () => parseOptions(["--workers", "9"]),
      /^UsageError: --workers: not a whole number from 1 to 8/,
    );
  });

  it("come from a file too, so that no command line shows secrets", () => {
    const folder = mkdtempSync(join(tmpdir(), "flags-"));
    const file = join(folder, "secrets");
    writeFileSync(file, "# of the test realm\r\n--user alice:a b:c\n  --user bob:#1\n--insecure\n\n");
    const { users, insecure, headed } = parseOptions([
      "--issuer",
      "https://op.example",
      `@${file}`,
      "--headed",
    ]);
    rmSync(folder, { recursive: true });
    assert.deepEqual(users.alice, { name: "alice", password: "a b:c" });
    assert.deepEqual(users.bob, { name: "bob", password: "#1" });
    assert.deepEqual([insecure, headed], [true, true]);
    assert.throws(() => parseOptions([`@${file}`]), new RegExp(`@${file}: cannot be read \\(ENOENT`));
  });

  it("take clients by hand for all probes or for none", () => {
    const { clients } = parseOptions([...issuer, ...client("rp-a", "rp-b", "rp-c", "rp-d")]);
    assert.deepEqual(Object.keys(clients), ["rp-a", "rp-b", "rp-c", "rp-d"]);
    assert.deepEqual(clients["rp-b"], { clientId: "id", clientSecret: "se:cret", missing: [] });
    refused([...issuer, ...client("rp-a", "rp-b", "rp-d")], /^--client: missing for rp-c; .*--print-clients/);
    refused([...issuer, ...client("playground2")], /^--client: missing for rp-a, rp-b, rp-c, rp-d;/);
    refused(
      [...issuer, ...client("rp-a", "rp-b", "rp-c", "rp-d", "rp-a")],
      /^--client: rp-a is given twice; keep one of them\.$/,
    );
  });

  it("that are for an OP of one's own say so", () => {
    for (const flags of [
      ["--print-clients"],
      client("rp-a", "rp-b", "rp-c", "rp-d"),
      ["--registration-token", "t"],
      ["--registration-auth", "a:b"],
      ["--other-issuer", "https://op.example/other"],
    ])
      refused(flags, new RegExp(`^${flags[0]}: only for your own OP; name it with --issuer URL\\.$`));
  });

  it("say what clients by hand were not registered for", () => {
    const byHand = [...issuer, ...client("rp-a", "rp-b", "rp-c", "rp-d")];
    assert.deepEqual(parseOptions([...byHand, "--without", "front-channel"]).without, ["front-channel"]);
    refused(
      [...byHand, "--without", "channel"],
      /^--without: channel is unknown; choose back-channel or front-channel\.$/,
    );
    refused(
      [...issuer, "--without", "back-channel"],
      /^--without: only for clients registered by hand; .*--print-clients/,
    );
  });

  it("take another issuer that is another one", () => {
    const other = "https://op.example/other";
    assert.equal(parseOptions([...issuer, "--other-issuer", other]).otherIssuer, other);
    refused([...issuer, "--other-issuer", "https://op.example"], /^--other-issuer: the same as --issuer/);
    refused([...issuer, "--other-issuer", "other"], /^--other-issuer: not an absolute http or https URL/);
  });

  it("take this machine's name alone, without scheme or port", () => {
    for (const host of ["host.docker.internal", "192.0.2.7", "[2001:db8::7]"])
      assert.equal(parseOptions(["--probe-host", host]).probeHost, host);
    for (const host of ["http://ci.example", "ci.example:8080", "ci example", ""])
      refused(["--probe-host", host], /^--probe-host: not a host/);
  });

  it("take two users or none", () => {
    const { users } = parseOptions(["--user", "carol:c:1", "--user", "dave:d"]);
    assert.deepEqual(users, {
      alice: { name: "carol", password: "c:1" },
      bob: { name: "dave", password: "d" },
    });
    assert.equal(parseOptions([]).users.bob.name, "bob");
    refused(["--user", "carol:c"], /^--user: one user is missing; .*bob/);
    refused(["--user", "carol:c", "--user", "carol:c"], /^--user: carol is given twice/);
  });

  it("name the checks that are closest to an unknown one", () => {
    assert.deepEqual(parseOptions(["--only", "r-01, B-02"]).only, ["R-01", "B-02"]);
    refused(["--only", "R-01,R1"], /^--only: there is no check R1; the closest are R-01, R-10, R-11\.$/);
    refused(["--skip", "X-02"], /^--skip: there is no check X-02; the closest are .*-02/);
    refused(["--only", "R-98,B-99"], /^--only: .* R-98; .*\n--only: .* B-99; the closest are B-/);
    refused(["--only", ""], /^--only: no check named; give IDs such as R-01/);
  });
});

describe("the checks of a run", () => {
  const chosen = (...flags: string[]) => chosenChecks(parseOptions(flags)).map(({ id }) => id);

  it("are those that --only, --skip and --severity all want", () => {
    assert.equal(chosen().length, catalogue.length);
    assert.deepEqual(chosen("--only", "R-01,R-06"), ["R-01", "R-06"]);
    assert.deepEqual(chosen("--only", "R-01,R-06", "--skip", "R-06"), ["R-01"]);
    assert.deepEqual(chosen("--only", "R-01,R-06", "--severity", "L"), ["R-06"]);
    const high = catalogue.filter(({ id, severity }) => severity === "high" && id !== "R-02");
    assert.deepEqual(
      chosen("--severity", "H", "--skip", "R-02"),
      high.map(({ id }) => id),
    );
  });

  it("are not none", () => {
    const none = /^--only: no check is left; --only, --skip and --severity /;
    refused(["--only", "R-01", "--skip", "R-01"], none);
    refused(["--only", "R-01", "--severity", "I"], none);
  });
});

test("--fault may be repeated", () => {
  const { faults } = parseOptions(["--fault", "state-dropped", "--fault", "session-state-missing"]);
  assert.deepEqual(faults, ["state-dropped", "session-state-missing"]);
});

const wrong: [string[], RegExp][] = [
  [["--fault", "state-drop"], /^--fault: there is no fault state-drop; the closest are state-dropped, /],
  [["--fault", "state-dropped", "--issuer", "https://op.example"], /^--fault: only for the embedded OP; /],
];
for (const [argv, message] of wrong) {
  test(`${argv.join(" ")} is refused in one line`, () => {
    assert.throws(
      () => parseOptions(argv),
      (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  });
}
