/** playground2 of a build, as the demo of that build starts it; without an OpenID Provider. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { environment } from "#lib/config/env.ts";
import { freePort } from "#lib/net/free-port.ts";
import type { Build } from "../row.ts";
import { type ServerProcess, startServer } from "./process.ts";

export interface DemoApp extends ServerProcess {
  /** URL of the app. */
  base: string;
}

export async function startDemoApp({ name, root }: Build): Promise<DemoApp> {
  const from = <T>(file: string) => import(path.join(root, "lib", "demo", file)) as Promise<T>;
  const { parseOptions } = await from<typeof import("#lib/demo/options.ts")>("options.ts");
  const { rpPlan } = await from<typeof import("#lib/demo/plans.ts")>("plans.ts");
  const data = mkdtempSync(path.join(tmpdir(), "bench-"));
  const [port, other] = [await freePort(), await freePort()];
  const options = parseOptions(["--data", data, "--ports", `${port},${other}`], {});
  const state = { sessionSecrets: {}, clientSecrets: {}, registrations: [] } as never;
  const client = { id: "playground2", secret: "s".repeat(32) };
  const plan = rpPlan("playground2", client, { options, state, env: environment() }, "s".repeat(32));
  const env = plan.env as Record<string, string>;
  const server = await startServer({ name, args: plan.args, cwd: root, env, probe: plan.probe });
  const stop = async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  };
  return { pid: server.pid, base: `http://localhost:${port}/playground2`, stop };
}
