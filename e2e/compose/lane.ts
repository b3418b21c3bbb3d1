/** What the tests of docker-compose.yml need of the machine: Compose, though no engine, Caddy and Redis. */
import { spawnSync } from "node:child_process";
import { ensureDebianPackages, type Lane, type Say } from "#lib/prepare/system.ts";

const runs = ([file, ...args]: readonly [string, ...string[]]): boolean =>
  spawnSync(file, args, { stdio: "ignore" }).status === 0;

/** How Compose is called here: Docker's plugin, or the program of its own that came before it. */
export function composeCommand(): readonly string[] | undefined {
  if (runs(["docker", "compose", "version"])) return ["docker", "compose"];
  return runs(["docker-compose", "version"]) ? ["docker-compose"] : undefined;
}

/** Installs Debian's packages where they are missing. */
export async function ensureCompose(say: Say): Promise<Lane> {
  const missing = [
    ...(composeCommand() ? [] : ["docker-compose"]),
    ...(runs(["caddy", "version"]) ? [] : ["caddy"]),
    ...(runs(["redis-server", "--version"]) ? [] : ["redis-server"]),
  ];
  return ensureDebianPackages(missing, { say });
}
