/** `npm run demo` with flags of a test, as a child process. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppName, addressesOf, apps, perApp } from "#lib/config/apps.ts";
import { environment } from "#lib/config/env.ts";
import { freePort } from "#lib/net/free-port.ts";

export interface DemoProcess {
  /** Where a browser should use the apps. */
  apps: Record<AppName, string>;
  /** The ready page. */
  front: string;
  output: () => string;
  stop: () => Promise<void>;
}

/** Starts the demo and waits until it is ready.
 * @param front port of the front door, because clients may be registered with it; a free one when absent
 * @param env settings of the apps over those of the demo */
export async function startDemo({
  front,
  flags,
  env = {},
}: {
  front?: number;
  flags: readonly string[];
  env?: Record<string, string>;
}): Promise<DemoProcess> {
  const [door, op, ...own] = await Promise.all([front ?? freePort(), freePort(), ...apps.map(freePort)]);
  const data = mkdtempSync(join(tmpdir(), "demo-"));
  const ports = ["--front-port", String(door), "--ports", own.join(",")];
  const embedded = flags.includes("--issuer") ? [] : ["--op-port", String(op)];
  const args = ["lib/demo/main.ts", "--data", data, ...ports, ...embedded, ...flags];
  const child = spawn(process.execPath, args, {
    // The channel lets it notice that we are gone; a group of its own keeps the terminal's Ctrl-C for us.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: process.platform !== "win32",
    env: { ...environment(), NO_COLOR: "1", ...env },
  });
  const gone = once(child, "exit");
  const output = await ready(child);
  const layout = {
    ports: { frontDoor: door, op, apps: perApp((_, index) => own[index] as number) },
    crossSite: flags.includes("--cross-site"),
  };
  return {
    apps: perApp(({ name }) => addressesOf(name, layout).baseUrls[0]),
    front: `http://localhost:${door}/`,
    output,
    stop: async () => {
      child.kill("SIGTERM");
      await gone;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess): Promise<() => string> {
  let text = "";
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      text += chunk;
      if (/^Ready: /m.test(text)) resolve(() => text);
    };
    child.stdout?.on("data", onData);
    child.stderr?.on("data", onData);
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${text}`)));
  });
}
