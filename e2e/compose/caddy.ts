/** The real Caddy with the Caddyfiles of docker-compose.yml, on free ports. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface Caddy {
  stop: () => Promise<void>;
}

/** Copies the Caddyfiles with other ports. */
function adapted(folder: string, here: (text: string) => string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync("compose").filter((each) => each.endsWith("Caddyfile")))
    writeFileSync(path.join(folder, name), here(readFileSync(path.join("compose", name), "utf8")));
}

const wwwFolder = path.resolve("compose/www");

/** @param file `Caddyfile` or `scale.Caddyfile`
 * @param here a text of these files as it is in this test */
export async function startCaddy(
  file: string,
  {
    folder,
    here,
    env = {},
  }: { folder: string; here: (text: string) => string; env?: Record<string, string> },
): Promise<Caddy> {
  adapted(folder, here);
  const config = path.join(folder, file);
  const child = spawn("caddy", ["run", "--adapter", "caddyfile", "--config", config], {
    env: {
      ...process.env,
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      XDG_DATA_HOME: folder,
      WWW: wwwFolder,
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  let log = "";
  const serving = new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (log.includes("serving initial configuration")) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`caddy ended with ${code}:\n${log}`)));
  });
  await serving;
  return {
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      process.off("exit", killNow);
    },
  };
}

/** What `caddy validate` says of a file as it is in the repository. */
export function validate(file: string, env: Record<string, string> = {}): { ok: boolean; output: string } {
  const args = ["validate", "--adapter", "caddyfile", "--config", path.join("compose", file)];
  const { status, stderr } = spawnSync("caddy", args, { env: { ...process.env, ...env }, encoding: "utf8" });
  return { ok: status === 0, output: stderr };
}
