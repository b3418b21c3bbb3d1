/** `npm run check` with the generic driver at oidc-provider as others use it: registration, sign-in, question, logout. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { checkRuns } from "../testing/check-runs.ts";
import { type PlainOp, plainOp } from "../testing/plain-op.ts";

const { folder, check, reportIn } = checkRuns();

describe("npm run check at an OP without consent that signs in by a script", () => {
  let op: PlainOp;
  before(async () => {
    op = await plainOp(
      { signIn: "fetch", logout: "yes" },
      { responseTypes: ["code", "id_token", "code id_token"] },
    );
  });
  after(() => op.close());

  it("has one session for each sign-in, a warning for the question, and each refusal to register once", async () => {
    const report = join(folder, "plain");
    const flags = ["--issuer", op.issuer, "--user", "alice:alice", "--user", "bob:bob"];
    const program = check(...flags, "--driver", "generic", "--only", "R-01,B-01,R-29", "--report", report);
    assert.equal(await program.ended, 0, program.output());
    const { checks, notes = [] } = reportIn(report);
    assert.deepEqual(
      checks.map(({ id, verdict }) => `${id} ${verdict}`),
      ["R-01 pass", "R-29 warn", "B-01 pass"],
      JSON.stringify(checks.map(({ reason }) => reason)),
    );
    assert.match(checks[1]?.reason ?? "", /can only be answered with yes/);
    assert.equal(notes.length, 1, notes.join("\n"));
    assert.match(
      notes[0] ?? "",
      /web clients using implicit flow MUST .*\)\. They are registered with response_types code,/,
    );
    assert.equal(program.output().split("using implicit flow MUST").length, 2);
  });
});
