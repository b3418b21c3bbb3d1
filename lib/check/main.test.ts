/** `npm run check` as a program when it cannot run: one line and exit code 2. No test gets as far as a browser. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { runProgram } from "#lib/cli/testing/program.ts";
import { freePort } from "#lib/net/free-port.ts";
import { loadCertificate } from "#lib/op/tls.ts";
import { type StandIn, standIn } from "#lib/products/testing/stand-in.ts";
import { bareProvider } from "./testing/bare-provider.ts";

// Any file will do, because no browser is started.
process.env.CHROMIUM_PATH = process.execPath;

/** Asserts one line with these words, apart from the title line of a run. */
async function assertCannotRun(flags: string[], ...words: string[]): Promise<void> {
  const program = runProgram(["lib/check/main.ts", "--only", "R-01", ...flags]);
  const code = await program.ended;
  const output = program.output();
  assert.equal(code, 2, output);
  const lines = output
    .trimEnd()
    .split("\n")
    .filter((line) => !/ \(driver \w+\): 1 checks, |^\(node:|^\(Use `node/.test(line));
  assert.equal(lines.length, 1, output);
  for (const word of words) assert.ok(lines[0]?.includes(word), `${word} in:\n${output}`);
}

describe("npm run check, when it cannot run", { concurrency: 2 }, () => {
  const servers: StandIn[] = [];
  const folder = mkdtempSync(join(tmpdir(), "check-cli-"));
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await Promise.all(servers.map((server) => server.close()));
  });
  async function started(starting: Promise<StandIn>): Promise<string> {
    const server = await starting;
    servers.push(server);
    return server.origin;
  }

  it("says that nothing listens", async () => {
    const port = await freePort();
    const why = `Nothing listens at localhost:${port} (connection refused)`;
    await assertCannotRun(["--issuer", `http://localhost:${port}`], why, "check --issuer");
  });

  it("says that a web site is not an OpenID Provider", async () => {
    const html = {
      status: 200,
      json: "<!doctype html>",
      headers: { "content-type": "text/html; charset=utf-8" },
    };
    const origin = await started(standIn(() => html));
    await assertCannotRun(["--issuer", origin], "answered with text/html that is not a discovery document");
  });

  it("names both issuers if they differ", async () => {
    const origin = await started(bareProvider({ metadata: (own) => ({ issuer: `${own}/realms/other` }) }));
    const why = `its issuer is ${origin}/realms/other, not ${origin}: pass exactly that to --issuer`;
    await assertCannotRun(["--issuer", origin], why);
  });

  it("says that there is no logout", async () => {
    const origin = await started(bareProvider({ metadata: () => ({ end_session_endpoint: undefined }) }));
    await assertCannotRun(["--issuer", origin], `${origin} declares no end_session_endpoint (RIL 2.1)`);
  });

  it("says that the OP has no registration, and what to do", async () => {
    const origin = await started(bareProvider());
    const why = `${origin} declares no registration_endpoint`;
    await assertCannotRun(["--issuer", origin], why, "--print-clients", "--client NAME=ID:SECRET");
  });

  it("says why clients are refused, and what may help", async () => {
    const refusing = (status: number, error: string) =>
      bareProvider({
        metadata: (origin) => ({ registration_endpoint: `${origin}/register` }),
        answers: (what) => (what === "POST /register" ? { status, json: { error } } : undefined),
      });
    const strict = await started(refusing(400, "invalid_redirect_uri"));
    const addresses = "The probes are on http at localhost and *.localhost: allow such addresses, or";
    await assertCannotRun(
      ["--issuer", strict],
      "HTTP 400",
      "invalid_redirect_uri",
      addresses,
      "--print-clients",
    );
    const closed = await started(refusing(401, "invalid_token"));
    await assertCannotRun(
      ["--issuer", closed],
      "HTTP 401",
      "with --admin, --registration-token or --registration-auth, or",
    );
    const token = ["--registration-token", "old"];
    await assertCannotRun(["--issuer", closed, ...token], "HTTP 401", "Check --registration-token.");
  });

  it("says that a certificate is not trusted, and continues with --ca or --insecure", async () => {
    const tls = await loadCertificate(":memory:");
    const origin = await started(bareProvider({ tls }));
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, tls.cert);
    const untrusted = `The certificate of ${origin} is not trusted`;
    await assertCannotRun(["--issuer", origin], untrusted, "--ca FILE", "--insecure");
    await assertCannotRun(["--issuer", origin, "--ca", ca], "no registration_endpoint");
    await assertCannotRun(["--issuer", origin, "--insecure"], "no registration_endpoint");
  });

  it("says before the run that a report cannot be written", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    await assertCannotRun(["--report", file], `--report ${file} is not a writable folder: `);
  });

  it("says what is wrong with a flag", async () => {
    await assertCannotRun(["--only", "R-99"], "--only: there is no check R-99; the closest are R-");
    await assertCannotRun(["--skip", "R-01"], "--only: no check is left; ");
  });
});
