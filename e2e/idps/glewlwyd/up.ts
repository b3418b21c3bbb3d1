/**
 * Glewlwyd for a person: `node e2e/idps/glewlwyd/up.ts [PORT]`, until Ctrl-C. Then, in another terminal,
 * `npm run demo -- --issuer …` with the issuer that it prints; the apps register themselves.
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
  // A listener on a signal does not keep the process alive; Glewlwyd, a child of ours, does.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => void glewlwyd.stop());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
