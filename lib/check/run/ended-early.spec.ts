/** `npm run check`, interrupted by a signal. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { isAlive, type Program, until } from "#lib/cli/testing/program.ts";
import type { StandIn } from "#lib/products/testing/stand-in.ts";
import { bareProvider } from "../testing/bare-provider.ts";
import { checkRuns, patience } from "../testing/check-runs.ts";

const { folder, check, reportIn } = checkRuns();

describe("npm run check, interrupted by a signal", { concurrency: 2 }, () => {
  const servers: StandIn[] = [];
  after(() => Promise.all(servers.map((server) => server.close())));

  it("leaves nothing behind, and prints and reports the results so far: SIGINT, exit code 130", async () => {
    const temporary = mkdtempSync(join(folder, "tmp-"));
    const report = join(folder, "interrupted");
    const program = inFolder(temporary, ["--severity", "C", "--skip", "W-01,W-02", "--report", report]);
    await program.printed(/^✓ pass R-/m, patience);
    const pids = descendantsOf(program.child.pid ?? 0);
    assert.ok(pids.length > 3, "the OP and a browser with its helpers");
    assert.notDeepEqual(readdirSync(temporary), []);
    program.child.kill("SIGINT");
    program.child.kill("SIGINT");
    assert.equal(await program.ended, 130, program.output());
    assert.match(
      program.output(),
      /\n0 fail, \d+ warn, \d+ pass, .* in \d+ s\n(.*\n)*Interrupted by SIGINT, with checks left\.\n$/,
    );
    const { interrupted, checks } = reportIn(report);
    assert.ok(interrupted);
    assert.equal(checks.length, program.output().match(/ left, \d+ s\)$/gm)?.length);
    await until(() => !pids.some(isAlive), `the end of ${pids.join(", ")}`);
    assert.deepEqual(readdirSync(temporary), []);
  });

  for (const [signal, exitCode] of [
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)
    it(`removes its clients, also before the first check: ${signal}, exit code ${exitCode}`, async () => {
      let registered = 0;
      const removed = new Set<string>();
      const management = (origin: string) => {
        registered += 1;
        return { registration_client_uri: `${origin}/client/${registered}`, registration_access_token: "t" };
      };
      const op = await bareProvider({
        metadata: (origin) => ({ registration_endpoint: `${origin}/register` }),
        answers: (what, { origin, body }) => {
          if (what.startsWith("DELETE ")) removed.add(what);
          if (what !== "POST /register") return { status: what.startsWith("DELETE ") ? 204 : 200 };
          return { status: 201, json: { ...JSON.parse(body), client_id: "c", ...management(origin) } };
        },
      });
      servers.push(op);
      const temporary = mkdtempSync(join(folder, "tmp-"));
      const program = inFolder(temporary, ["--issuer", op.origin, "--only", "R-01"]);
      await until(
        () => op.asked.some(({ what }) => what === "GET /authorize"),
        "the first sign-in",
        patience,
      );
      const pids = descendantsOf(program.child.pid ?? 0);
      program.child.kill(signal);
      assert.equal(await program.ended, exitCode, program.output());
      assert.match(
        program.output(),
        new RegExp(`\\n0 fail, .*\\nInterrupted by ${signal}, with checks left\\.\\n$`),
      );
      assert.deepEqual([registered, removed.size], [4, 4]);
      await until(() => !pids.some(isAlive), `the end of ${pids.join(", ")}`);
      assert.deepEqual(readdirSync(temporary), []);
    });
});

/** Runs it with its own folder for temporary files. */
function inFolder(temporary: string, flags: string[]): Program {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  try {
    return check(...flags);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** The child processes of a process, and theirs. */
function descendantsOf(pid: number): number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const rows = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const childrenOf = (parent: number): number[] =>
    rows.flatMap(([child, of]) =>
      child !== undefined && of === parent ? [child, ...childrenOf(child)] : [],
    );
  return childrenOf(pid);
}
