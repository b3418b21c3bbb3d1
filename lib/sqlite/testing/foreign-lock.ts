/** Another process that locks a database file, like a tool or a second instance. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";

export interface ForeignLock {
  /** Ends that process. */
  release: () => Promise<void>;
}

const holder = `
  const { DatabaseSync } = require("node:sqlite");
  const [file, how] = process.argv.slice(1);
  const db = new DatabaseSync(file, { timeout: 10_000 });
  db.exec(how === "exclusive" ? "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE" : "BEGIN IMMEDIATE");
  process.stdout.write("locked");
  process.stdin.resume().on("end", () => process.exit());
`;

/** Resolves once it holds the lock.
 * @param how `write`: others can read; `exclusive`: they cannot */
export async function lockedByAnotherProcess(
  file: string,
  how: "write" | "exclusive" = "write",
): Promise<ForeignLock> {
  // Its standard input ends with this process, and so does the lock.
  const child = spawn(process.execPath, ["-e", holder, file, how], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = once(child, "exit");
  child.unref(); // a failed test does not release it
  for (const stream of [child.stdin, child.stdout]) (stream as unknown as Socket).unref();
  await Promise.race([
    once(child.stdout, "data"),
    gone.then(([code]) => Promise.reject(new Error(`the other process ended with ${code}`))),
  ]);
  return {
    release: async () => {
      child.stdin.end();
      await gone;
    },
  };
}
