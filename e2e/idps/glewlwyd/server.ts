/** The process of Glewlwyd. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

const pidFileName = "glewlwyd.pid";
const stopTimeoutMs = 5_000;
const lastLines = 20;

interface ServerOptions {
  runDir: string;
  configuration: string;
  log: string;
}

export interface Server {
  /** Resolves when it has exited, with the last lines of its log. */
  ended: Promise<Error>;
  stop(): Promise<void>;
}

/** @throws {Error} if another Glewlwyd runs in this folder */
export async function claimRunDir(runDir: string): Promise<void> {
  const pid = Number(await readFile(path.join(runDir, pidFileName), "utf8").catch(() => ""));
  if (pid > 0 && isGlewlwyd(pid)) {
    throw new Error(
      `A Glewlwyd (process ${pid}) already runs in ${runDir}; stop it or choose another folder.`,
    );
  }
}

export async function startServer({ runDir, configuration, log }: ServerOptions): Promise<Server> {
  const child = spawn("/usr/bin/glewlwyd", [`--config-file=${configuration}`], { stdio: "ignore" });
  const killNow = () => child.kill("SIGKILL");
  // An interrupted test must not leave it running.
  process.once("exit", killNow);
  const pidFile = path.join(runDir, pidFileName);
  if (child.pid !== undefined) await writeFile(pidFile, String(child.pid));

  const ended = endingOf(child, log).finally(() => process.off("exit", killNow));
  return {
    ended,
    stop: async () => {
      const insist = setTimeout(killNow, stopTimeoutMs);
      child.kill("SIGTERM");
      await ended;
      clearTimeout(insist);
      await rm(pidFile, { force: true });
    },
  };
}

async function endingOf(child: ChildProcess, log: string): Promise<Error> {
  const how = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}`));
  });
  const lines = await readFile(log, "utf8").catch(() => "");
  return new Error([`Glewlwyd: ${how}.`, ...lines.trimEnd().split("\n").slice(-lastLines)].join("\n"));
}

/** The process ID may have been reused. */
function isGlewlwyd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("glewlwyd");
  } catch {
    return false;
  }
}
