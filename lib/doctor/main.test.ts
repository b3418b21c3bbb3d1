/** `slo-playground doctor` as a program, against the embedded OP. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { UsageError } from "#lib/cli/errors.ts";
import { alternatives } from "#lib/cli/shared-flags.ts";
import { runProgram } from "#lib/cli/testing/program.ts";
import { addressesOf, appNames } from "#lib/config/apps.ts";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { freePort } from "#lib/net/free-port.ts";
import { type RunningOp, startOp } from "#lib/op/server.ts";
import { certificateFile } from "#lib/op/tls.ts";
import { loadState, saveState } from "#lib/register/saved-state.ts";
import { parseDoctorOptions } from "./options.ts";

interface Report {
  issuer: string;
  app: string;
  findings: { check: string; result: string; title: string; why: string; found: string; todo?: string }[];
}

const data = mkdtempSync(path.join(tmpdir(), "doctor-"));
after(() => rmSync(data, { recursive: true, force: true }));

/** For `--ports`. */
const freePorts = async () => (await Promise.all(appNames.map(freePort))).join(",");

async function doctor(...flags: string[]): Promise<{ code: number | string; output: string }> {
  const program = runProgram(["lib/doctor/main.ts", "--data", data, ...flags]);
  return { code: await program.ended, output: program.output() };
}

/** Runs the embedded OP with both apps registered, as the demo does. */
async function embeddedOp(ports: string[], settings: Record<string, string> = {}): Promise<RunningOp> {
  const { ports: at } = parseDoctorOptions(ports);
  const { clientSecrets } = await loadState(data);
  const apps = appNames.map((name) => ({
    name,
    secret: clientSecrets[name],
    ...addressesOf(name, { ports: at, crossSite: false }),
  }));
  const config = parseOpConfig({
    OP_PORT: "0",
    OP_DATA_DIR: ":memory:",
    OP_APPS: JSON.stringify(apps),
    ...settings,
  });
  return startOp(config, createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" }));
}

describe("slo-playground doctor at the embedded OP", () => {
  let app: Server;
  let op: RunningOp;
  let flags: string[];
  before(async () => {
    // As the apps answer a GET of /bclogout.
    app = createServer((_, response) => response.writeHead(405).end()).listen(0, "127.0.0.1");
    await once(app, "listening");
    const front = (app.address() as AddressInfo).port;
    const ports = ["--front-port", String(front), "--ports", await freePorts()];
    op = await embeddedOp(ports);
    flags = [...ports, "--op-port", String(op.port)];
  });
  after(async () => {
    app.closeAllConnections();
    app.close();
    await op.close();
  });

  for (const name of appNames)
    it(`finds no problem with ${name}, except what only a logout can show`, async () => {
      const { code, output } = await doctor(...flags, "--app", name, "--json");
      assert.equal(code, 0, output);
      const report = JSON.parse(output) as Report;
      assert.deepEqual([report.issuer, report.app], [op.issuer, name]);
      assert.ok(report.findings.length > 20);
      for (const { check, result, found } of report.findings)
        assert.equal(result, check === "delivery" ? "unknown" : "ok", `${check}: ${found}`);
    });

  it("reports a wrong secret first, without printing it, with exit code 1", async () => {
    const { code, output } = await doctor(...flags, "--client", "playground2=playground2:notTheSecret");
    assert.equal(code, 1);
    const [heading, , first] = output.split("\n");
    assert.equal(heading, `playground2 at ${op.issuer}`);
    assert.match(
      first ?? "",
      /^problem +Client secret: The OpenID Provider rejects the client: invalid_client/,
    );
    assert.match(output, /^ +Why it matters: .*\(RFC 6749 5\.2\)\n +What to do: Check the secret/m);
    assert.match(output, /\n1 problem, 1 inconclusive, \d+ ok\n$/);
    assert.ok(!output.includes("notTheSecret"));
  });

  it("reports an unknown client", async () => {
    const { code, output } = await doctor(...flags, "--client", "playground2=nobody:x", "--json");
    assert.equal(code, 1);
    const problems = (JSON.parse(output) as Report).findings.filter(({ result }) => result === "problem");
    assert.deepEqual(
      problems.map(({ check }) => check),
      ["callbacks", "client-secret"],
    );
  });

  it("reports callbacks on other ports than the registered ones", async () => {
    const { output } = await doctor(...flags, "--ports", await freePorts(), "--json");
    const callbacks = (JSON.parse(output) as Report).findings.find(({ check }) => check === "callbacks");
    assert.equal(callbacks?.result, "problem");
    assert.match(
      callbacks.found,
      /is known, but the OpenID Provider does not redirect to \S+oauth2client \(HTTP 400\)/,
    );
  });

  it("reports an extra slash in the issuer", async () => {
    const { code, output } = await doctor(...flags.slice(0, 4), "--issuer", `${op.issuer}/`);
    assert.equal(code, 1);
    assert.match(output, /^problem +Issuer, byte for byte: .*there is an extra slash at the end; byte \d+/m);
  });

  it("uses the client that was registered at the user's own OP", async () => {
    const state = await loadState(data);
    const { ports } = parseDoctorOptions(flags.slice(0, 4));
    const { baseUrls } = addressesOf("playground2", { ports, crossSite: false });
    const registration = {
      issuer: op.issuer,
      name: "playground2" as const,
      baseUrls,
      clientId: "playground2",
      clientSecret: state.clientSecrets.playground2,
    };
    await saveState(data, { ...state, registrations: [registration] });
    const { code, output } = await doctor(...flags.slice(0, 4), "--issuer", op.issuer, "--json");
    assert.equal(code, 0, output);
    const secret = (JSON.parse(output) as Report).findings.find(({ check }) => check === "client-secret");
    assert.equal(secret?.result, "ok");
  });
});

describe("slo-playground doctor at an OP with its own certificate", () => {
  it("trusts the certificate file, and without one says how to fix it", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "doctor-op-"));
    const op = await embeddedOp([], { OP_HTTPS: "true", OP_DATA_DIR: folder });
    const certificate = path.join(folder, certificateFile);
    const [without, with_] = [
      await doctor("--issuer", op.issuer, "--json"),
      await doctor("--issuer", op.issuer, "--ca", certificate, "--json"),
    ];
    await op.close();
    rmSync(folder, { recursive: true });
    const tlsOf = ({ output }: { output: string }) =>
      (JSON.parse(output) as Report).findings.find(({ check }) => check === "tls");
    assert.equal(tlsOf(without)?.result, "problem");
    assert.match(tlsOf(without)?.todo ?? "", /--ca FILE/);
    assert.equal(tlsOf(with_)?.result, "ok");
  });
});

describe("slo-playground doctor", { concurrency: true }, () => {
  it("explains itself with --help", async () => {
    const { code, output } = await doctor("--help");
    assert.equal(code, 0);
    assert.match(output, /^Usage: npm run doctor -- \[flags\]\n/);
  });

  it("rejects a file without certificates: one line, exit code 2", async () => {
    for (const file of [path.join(data, "missing.pem"), "package.json"]) {
      const { code, output } = await doctor("--ca", file);
      assert.equal(code, 2);
      assert.match(
        output,
        /^--ca: \S+ (cannot be read: there is no such file|holds no certificate in PEM format)\.\n$/,
      );
    }
  });

  it("answers a wrong flag with one line and exit code 2", async () => {
    const { code, output } = await doctor("--app", "playground9");
    assert.equal(code, 2);
    assert.equal(output, `--app: playground9 is unknown; choose ${alternatives(appNames)}.\n`);
  });

  it("creates no folder if the demo never ran", async () => {
    const nowhere = path.join(data, "nowhere");
    const program = runProgram(["lib/doctor/main.ts", "--data", nowhere, "--op-port", `${await freePort()}`]);
    assert.equal(await program.ended, 1);
    assert.ok(!existsSync(nowhere));
  });

  it("rejects flags that exclude each other", () => {
    for (const flags of [["--https"], ["--op-port", "9444"]])
      assert.throws(() => parseDoctorOptions(["--issuer", "http://localhost:1", ...flags]), UsageError);
    const client = (...flags: string[]) => parseDoctorOptions(["--client", ...flags]).client;
    assert.deepEqual(client("playground2=a:b:c"), { id: "a", secret: "b:c" });
    assert.deepEqual(client("playground2=a", "--client", "playground3=b", "--app", "playground3"), {
      id: "b",
    });
    assert.throws(
      () => client("playground2=:secret"),
      /^UsageError: --client: not NAME=ID or NAME=ID:SECRET;/,
    );
    assert.throws(
      () => client("playground3=b"),
      /^UsageError: --client: names playground3, not playground2;/,
    );
  });
});
