/** Two demos at the same time. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type Program, runProgram } from "#lib/cli/testing/program.ts";
import { appNames } from "#lib/config/apps.ts";
import { freePort } from "#lib/net/free-port.ts";

const startMs = 60_000;
const folder = mkdtempSync(path.join(tmpdir(), "two-demos-"));

const demo = (flags: readonly string[]) => runProgram(["lib/demo/main.ts", ...flags]);

async function portFlags() {
  const [op, front, ...apps] = await Promise.all([freePort(), freePort(), ...appNames.map(freePort)]);
  return { op, front, flags: ["--op-port", `${op}`, "--front-port", `${front}`, "--ports", apps.join()] };
}

describe("a second demo", () => {
  let first: Program;
  let ports: Awaited<ReturnType<typeof portFlags>>;
  before(async () => {
    ports = await portFlags();
    first = demo([...ports.flags, "--data", folder]);
    await first.printed(/^Ready: /m, startMs);
  });
  after(async () => {
    first.child.kill();
    await first.ended;
    rmSync(folder, { recursive: true, force: true });
  });

  /** The OP of the first knows the addresses of its apps: it asks the user to sign in. */
  async function assertFirstWorks(): Promise<void> {
    const query = new URLSearchParams({
      client_id: "playground2",
      redirect_uri: `http://localhost:${ports.front}/playground2/oauth2client`,
      response_type: "code",
      scope: "openid",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    });
    const answer = await fetch(`http://localhost:${ports.op}/oauth2/authorize?${query}`, {
      redirect: "manual",
    });
    assert.equal(answer.status, 303, await answer.text());
  }

  /** The flags of the advice are enough, added to those of the second one. */
  async function assertStarts(flags: readonly string[], advice: string): Promise<void> {
    const third = demo([...flags, ...advice.split(" ")]);
    await third.printed(/^Ready: /m, startMs);
    await assertFirstWorks();
    third.child.kill();
    assert.equal(await third.ended, 0, third.output());
  }

  it("in the folder of the first is refused, even with --fresh, with advice that works", async () => {
    const { front, flags } = await portFlags();
    const second = demo([...flags, "--data", folder, "--fresh"]);
    assert.equal(await second.ended, 1);
    const own = path.join(folder, String(front));
    assert.equal(
      second.output(),
      `The folder ${folder} is in use by the demo at http://localhost:${ports.front}/ (process ${first.child.pid}), which would lose its clients; end it, or give this one a folder of its own with --data ${own}.\n`,
    );
    await assertFirstWorks();
    await assertStarts(flags, `--data ${own}`);
  });

  it("with the same flags learns which ports and folder to choose, and starts with them", async () => {
    const flags = [...ports.flags, "--data", folder];
    const second = demo(flags);
    assert.equal(await second.ended, 1);
    const [, advice = ""] =
      /^Ports \d+, .* are in use, and the folder .* start a second one with (.*)\.\n$/.exec(
        second.output(),
      ) ?? [];
    assert.match(advice, /^--op-port \d+ --ports [\d,]+ --front-port \d+ --data \S+$/, second.output());
    await assertStarts(flags, advice);
  });

  it("can have the folder once the first was killed", async () => {
    first.child.kill("SIGKILL");
    await first.ended;
    assert.ok(existsSync(path.join(folder, "demo.lock")));
    const { flags } = await portFlags();
    first = demo([...flags, "--data", folder]);
    await first.printed(/^Ready: /m, startMs);
  });
});
