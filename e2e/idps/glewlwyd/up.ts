/**
 * Glewlwyd for manual use: `node e2e/idps/glewlwyd/up.ts [PORT]`, until Ctrl-C. Then run the printed
 * `npm run demo -- --issuer …` in another terminal; the apps register themselves.
 */
import os from "node:os";
import path from "node:path";
import { startGlewlwyd } from "./glewlwyd.ts";

const port = Number(process.argv[2] ?? 4593);
const users = [
  { name: "alice", password: "alice" },
  { name: "bob", password: "bob" },
];

try {
  const runDir = path.join(os.tmpdir(), `slo-playground-glewlwyd-${port}`);
  const glewlwyd = await startGlewlwyd({ port, runDir, clients: [], users, say: console.log });
  console.log(`Users: ${users.map(({ name, password }) => `${name} (password ${password})`).join(", ")}`);
  console.log(`Log: ${path.join(runDir, "glewlwyd.log")}`);
  console.log(`Ready: npm run demo -- --issuer ${glewlwyd.issuer}`);
  // The Glewlwyd child process keeps this process alive; a signal listener does not.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => void glewlwyd.stop());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
