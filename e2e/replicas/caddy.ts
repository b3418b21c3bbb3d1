/** The proxy in front of the replicas; docs/apps/scaling.md shows the same configuration. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @param port to listen on
 *  @param upstreams ports of each app's replicas, by app name
 *  @returns the function that stops it */
export async function startCaddy(port: number, upstreams: Record<string, number[]>) {
  const folder = mkdtempSync(join(tmpdir(), "caddy-"));
  const file = join(folder, "Caddyfile");
  writeFileSync(file, caddyfile(port, upstreams));
  // Isolates Caddy from the user's configuration and from earlier runs.
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const args = ["run", "--config", file, "--adapter", "caddyfile"];
  const child = spawn("caddy", args, { env, stdio: ["ignore", "ignore", "pipe"] });
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("serving initial configuration")) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`caddy ended with ${code}:\n${output}`)));
  });
  return async () => {
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
    process.off("exit", killNow);
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Caddy retries only buffered requests: without this, a POST to a stopped replica is answered 502. The
 * option was renamed in 2.7. */
function bufferOption(): string {
  const [, major = 0, minor = 0] =
    /^v?(\d+)\.(\d+)/.exec(execFileSync("caddy", ["version"], { encoding: "utf8" }))?.map(Number) ?? [];
  return major > 2 || minor >= 7 ? "request_buffers 256KiB" : "buffer_requests";
}

function caddyfile(port: number, upstreams: Record<string, number[]>): string {
  const buffers = bufferOption();
  const proxy = (matcher: string, ports: number[]) => `
  reverse_proxy ${matcher} ${ports.map((each) => `127.0.0.1:${each}`).join(" ")} {
    lb_policy round_robin
    lb_try_duration 2s
    fail_duration 2s
    flush_interval -1
    ${buffers}
    transport http {
      # the apps close idle connections after 5 s; a POST that goes out in that moment would be lost
      keepalive 2s
    }
  }`;
  const apps = Object.entries(upstreams).map(([name, ports]) => proxy(`/${name}/*`, ports));
  return `{
  admin off
  auto_https off
  grace_period 1s
}
http://localhost:${port} {${apps.join("")}${proxy("/_next/*", Object.values(upstreams).flat())}
}
`;
}
