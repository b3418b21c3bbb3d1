/**
 * The regression suite against Glewlwyd, with its known results (expected.json):
 * `node e2e/idps/glewlwyd/check.ts [flags of npm run check]`. Exit code: that of `npm run check`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { freePort } from "#lib/net/free-port.ts";
import { administrator } from "#lib/products/glewlwyd/configuration.ts";
import { startGlewlwyd } from "./glewlwyd.ts";

const users = [
  { name: "alice", password: "alice" },
  { name: "bob", password: "bob" },
];

const runDir = mkdtempSync(path.join(os.tmpdir(), "glewlwyd-check-"));
const glewlwyd = await startGlewlwyd({
  port: await freePort(),
  runDir,
  clients: [],
  users,
  say: (line) => process.stdout.write(`${line}\n`),
});
try {
  const flags = ["--issuer", glewlwyd.issuer, "--driver", "glewlwyd"];
  const admin = ["--admin", `${administrator.name}:${administrator.password}`];
  const expect = ["--expect", path.join(import.meta.dirname, "expected.json")];
  // On plain http everything is on `localhost`, one site: third-party cookies make no difference.
  const mode = ["--browser", "cookies-allowed"];
  const suite = path.join(import.meta.dirname, "../../../lib/check/main.ts");
  const args = [suite, ...flags, ...admin, ...expect, ...mode, ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 2;
  if (code !== 0) process.stderr.write(`Errors in Glewlwyd's log:\n${await loggedErrors()}\n`);
} finally {
  await glewlwyd.stop();
  rmSync(runDir, { recursive: true, force: true });
}

/** The latest errors in its log. */
async function loggedErrors(): Promise<string> {
  const log = await readFile(path.join(runDir, "glewlwyd.log"), "utf8").catch(() => "");
  const errors = log.split("\n").filter((line) => / (ERROR|WARNING): /.test(line));
  return errors.slice(-40).join("\n") || "none";
}
