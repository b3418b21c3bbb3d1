/** `npm run check` as a program, with a browser, at the embedded OpenID Provider: its exit codes, and clients by
 * hand. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import tls from "node:tls";
import type { CheckResult } from "./model/check.ts";
import { type EmbeddedOp, startEmbeddedOp } from "./run/embedded-op.ts";
import { checkRuns } from "./testing/check-runs.ts";

const { folder, check, reportIn } = checkRuns();

describe("npm run check", { concurrency: 2 }, () => {
  let op: EmbeddedOp;
  let flags: string[];
  before(async () => {
    op = await startEmbeddedOp();
    flags = ["--issuer", op.issuer, "--ca", op.certificate];
    tls.setDefaultCACertificates([readFileSync(op.certificate, "utf8")]);
  });
  after(() => op.stop());

  it("reports one fault once: if logout does nothing, checks that presuppose it are skipped", async () => {
    const report = join(folder, "once");
    const broken = ["--fault", "logout-without-effect", "--report", report];
    const program = check(...broken, "--only", "R-01,R-22");
    assert.equal(await program.ended, 1, program.output());
    const [first, second] = reportIn(report).checks;
    assert.deepEqual([first?.id, first?.verdict], ["R-01", "fail"]);
    assert.deepEqual([second?.id, second?.verdict], ["R-22", "skip"]);
    assert.match(second?.reason ?? "", /^The OP session did not end.* See R-01;/);
    const alone = check(...broken, "--only", "R-22");
    assert.equal(await alone.ended, 1, alone.output());
    assert.equal(reportIn(report).checks[0]?.verdict, "fail", "no other check reports it");
  });

  it("lets the OP's server use another name of this machine", async () => {
    const report = join(folder, "by-name");
    const program = check("--probe-host", "127.0.0.2", "--only", "B-01,W-01", "--report", report);
    assert.equal(await program.ended, 0, program.output());
    const [walkthrough, delivery] = reportIn(report).checks;
    assert.equal(delivery?.verdict, "pass", delivery?.reason);
    assert.match(walkthrough?.reason ?? "", /^The apps listen only on localhost/);
  });

  it("without --issuer checks the embedded OP, with plain lines if not on a terminal", async () => {
    const report = join(folder, "quick");
    const program = check("--only", "R-01", "--report", report);
    assert.equal(await program.ended, 0, program.output());
    assert.match(program.output(), /^https:\/\/localhost:\d+\/oauth2\/token \(driver embedded\): 1 checks, /);
    assert.match(
      program.output(),
      /\n✓ pass R-01 .* \(0 left, \d+ s\)\n\n0 fail, 0 warn, 1 pass, 0 info, 0 skip in \d+ s\n$/,
    );
    assert.ok(!program.output().includes("\u001b"));
    assert.deepEqual(
      reportIn(report).checks.map(({ id }) => id),
      ["R-01"],
    );
  });

  for (const [name, users] of [
    ["alice", ["alice:wrong", "bob:bob"]],
    ["bobby", ["alice:alice", "bobby:bob"]],
  ] as const)
    it(`names ${name}, who cannot sign in, before any check, with exit code 2`, async () => {
      const admin = ["--admin", "admin:admin"];
      const program = check(
        ...flags,
        ...admin,
        "--only",
        "R-01",
        ...users.flatMap((user) => ["--user", user]),
      );
      assert.equal(await program.ended, 2, program.output());
      const lines = program.output().trimEnd().split("\n");
      assert.equal(lines.length, 2, program.output());
      assert.match(
        lines[1] ?? "",
        new RegExp(
          `^${name} could not sign in: .* the user ${name} does not exist: check --user\\. The browser is at https://localhost:\\S+ \\(picture: \\S+stuck\\.png\\)\\.$`,
        ),
      );
    });

  it("runs with the clients of --print-clients, and skips checks that need another one", async () => {
    // Five consecutive ports, below the ephemeral ones.
    const port = String(20_000 + (process.pid % 2_000) * 5);
    const printed = check(...flags, "--port", port, "--print-clients");
    assert.equal(await printed.ended, 0);
    const given = await registeredByHand(printed.output(), op.issuer);
    const command = printed.output().trimEnd().split("\n").at(-1) ?? "";
    assert.ok(command.startsWith(`npm run check -- --issuer ${op.issuer} --port ${port} `), command);
    for (const name of given.keys()) assert.match(command, new RegExp(` --client ${name}=ID:SECRET\\b`));
    const clients = [...given].flatMap(([name, credentials]) => ["--client", `${name}=${credentials}`]);
    const report = join(folder, "by-hand");
    const program = check(
      ...flags,
      "--port",
      port,
      ...clients,
      "--only",
      "R-01,B-01,F-01,R-07,B-30,I-09",
      "--report",
      report,
    );
    assert.equal(await program.ended, 0, program.output());
    const outcomes = new Map(reportIn(report).checks.map((result) => [result.id, result]));
    for (const id of ["R-01", "B-01", "F-01"])
      assert.equal(outcomes.get(id)?.verdict, "pass", program.output());
    const own = outcomes.get("R-07") as CheckResult;
    assert.equal(own.verdict, "skip", program.output());
    assert.match(own.reason, /client of its own/);
    const administrators = ["B-30", "I-09"].map((id) => outcomes.get(id) as CheckResult);
    assert.deepEqual(
      administrators.map(({ verdict }) => verdict),
      ["skip", "pass"],
    );
    for (const { reason } of administrators) assert.match(reason, /Only administrators .*: pass --admin/);
  });

  it("gives the checks of a second channel their own clients if a client has only one", async () => {
    const driver = join(folder, "one-channel.ts");
    const [embedded, dynamic] = ["embedded/driver", "generic/dynamic-registration"].map((name) =>
      JSON.stringify(join(import.meta.dirname, `../products/${name}.ts`)),
    );
    writeFileSync(
      driver,
      `import { embedded } from ${embedded};
      import { registerDynamically } from ${dynamic};
      const front = ["frontchannel_logout_uri", "frontchannel_logout_session_required"];
      const isKept = ([field]) => !front.includes(field);
      export default {
        ...embedded,
        oneChannelPerClient: true,
        async register(metadata, context) {
          if (!metadata.backchannel_logout_uri) return registerDynamically(metadata, context);
          const kept = Object.fromEntries(Object.entries(metadata).filter(isKept));
          return { ...(await registerDynamically(kept, context)), missing: front };
        },
      };`,
    );
    const report = join(folder, "one-channel");
    const program = check("--driver", driver, "--only", "B-01,F-01,F-04,F-13", "--report", report);
    assert.equal(await program.ended, 0, program.output());
    const verdicts = reportIn(report).checks.map(({ id, verdict, reason }) => `${id} ${verdict} ${reason}`);
    assert.deepEqual(verdicts, [
      "B-01 pass ",
      "F-01 pass ",
      "F-04 pass ",
      "F-13 skip The OP did not register frontchannel_logout_uri.",
    ]);
  });

  it("skips checks of a channel for which manually registered clients are not registered", async () => {
    const port = String(10_000 + (process.pid % 2_000) * 5); // apart from the others
    const by = [...flags, "--port", port, "--without", "front-channel"];
    const printed = check(...by, "--print-clients");
    assert.equal(await printed.ended, 0);
    assert.doesNotMatch(printed.output(), /frontchannel_/);
    assert.match(printed.output(), / --without front-channel --client rp-a=ID:SECRET/);
    const given = await registeredByHand(printed.output(), op.issuer);
    const clients = [...given].flatMap(([name, credentials]) => ["--client", `${name}=${credentials}`]);
    const report = join(folder, "without");
    const program = check(...by, ...clients, "--only", "B-01,F-01", "--report", report);
    assert.equal(await program.ended, 0, program.output());
    assert.deepEqual(
      reportIn(report).checks.map(({ verdict, reason }) => [verdict, reason]),
      [
        ["pass", ""],
        ["skip", "You did not register frontchannel_logout_uri, as --without front-channel says."],
      ],
    );
  });
});

/** Registers the printed clients as a person would.
 * @returns `ID:SECRET` for each name */
async function registeredByHand(text: string, issuer: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const { registration_endpoint: endpoint } = (await (
    await fetch(`${issuer}/.well-known/openid-configuration`)
  ).json()) as { registration_endpoint: string };
  for (const [, name = "", fields = ""] of text.matchAll(
    /^((?:rp-|playground)\w+): .*\n((?: {2}\w+ .*\n)+)/gm,
  )) {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { authorization: `Basic ${btoa("admin:admin")}`, "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(fields.trim().split("\n").map(fieldIn))),
    });
    const { client_id: id, client_secret: secret } = (await response.json()) as Record<string, string>;
    assert.equal(response.status, 201, name);
    found.set(name, `${id}:${secret}`);
  }
  return found;
}

/** `  redirect_uris  http://one, http://two` */
function fieldIn(line: string): [string, unknown] {
  const [, name = "", value = ""] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
  if (/^(true|false)$/.test(value)) return [name, value === "true"];
  return [name, /_(uris|types)$/.test(name) ? value.split(", ") : value];
}
