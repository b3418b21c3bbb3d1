/** A real Redis for one test: on a free port, with its data in a temporary folder. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "#lib/net/free-port.ts";

export interface RedisServer {
  port: number;
  url: string;
  /** Starts it again, on the same port and data. */
  start: () => Promise<void>;
  /** Kills it like a power cut: it saves nothing. */
  kill: () => Promise<void>;
  /** Keeps its connections but does not answer until `thaw`. */
  freeze: () => void;
  thaw: () => void;
  /** Ends it and removes its data. */
  stop: () => Promise<void>;
}

/** @param settings as on the command line; by default, whatever is acknowledged is on disk */
export async function startRedis(
  settings: readonly string[] = [],
  transport: "plain" | "tls" = "plain",
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const port = await freePort();
  const listen = transport === "tls" ? ["--port", "0", "--tls-port", String(port)] : ["--port", String(port)];
  const args = [...listen, "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  const durable = ["--appendonly", "yes", "--appendfsync", "always"];
  let running = await launch([...args, ...durable, ...settings]);
  const kill = async () => {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, "exit");
    running.kill("SIGKILL");
    await gone;
  };
  const killNow = () => running.kill("SIGKILL");
  process.once("exit", killNow);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      running = await launch([...args, ...durable, ...settings]);
    },
    kill,
    freeze: () => running.kill("SIGSTOP"),
    thaw: () => running.kill("SIGCONT"),
    stop: async () => {
      await kill();
      process.off("exit", killNow);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(args: string[]): Promise<ChildProcess> {
  const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("Ready to accept connections")) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}:\n${output}`)));
  });
  return child;
}
