/** Runs the services of docker-compose.yml outside of containers: their commands, with their environment, in the folder
 * that the Dockerfile made; without the right to write anywhere but to the volume. Ports are mapped to free ones. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { freePort } from "#lib/net/free-port.ts";
import { composeFile } from "./compose-file.ts";
import type { Image } from "./dockerfile.ts";

/** An ordinary user, where we are root. */
const unprivilegedUser = 65_534;
const asNobody = process.getuid?.() === 0 ? { uid: unprivilegedUser, gid: unprivilegedUser } : {};

export interface Container {
  output: () => string;
  /** Its exit code, or the signal's name. */
  ended: Promise<number | string>;
  /** Resolves when the health check of the service succeeds. */
  healthy: () => Promise<void>;
  stop: () => Promise<void>;
}

export interface Machine {
  /** A text of docker-compose.yml as it is here: ports and the volume. */
  here: (text: string) => string;
  /** The port here for one of docker-compose.yml. */
  port: (port: number) => number;
  /** Starts a service.
   * @param flags more of them for its command */
  start: (service: string, flags?: readonly string[]) => Container;
  stop: () => Promise<void>;
}

/** Ports that docker-compose.yml speaks of. */
const knownPorts = [8080, 8082, 8083, 8182, 8183, 8282, 8283, 9443, 6379];

/** @param data folder for the volume of this test */
export async function createMachine(image: Image, data: string): Promise<Machine> {
  const ports = new Map<number, number>();
  for (const known of knownPorts) ports.set(known, await freePort());
  mkdirSync(data, { recursive: true });
  if (asNobody.uid !== undefined) chownSync(data, asNobody.uid, asNobody.gid);

  const here = (text: string) =>
    text
      .replace(/\b\d{4}\b/g, (digits) => String(ports.get(Number(digits)) ?? digits))
      .replace(/\/data\b/g, data)
      // In a container this means the container; here it would be the whole machine.
      .replace(/^0\.0\.0\.0$/, "127.0.0.1");
  const mapped = (environment: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)]));

  const running: Container[] = [];
  const start: Machine["start"] = (name, flags = []) => {
    const service = composeFile.services[name];
    if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
    const env = {
      ...mapped(image.env),
      ...mapped(service.environment),
      NO_COLOR: "1",
      PATH: "",
      TMPDIR: data,
    };
    const command = [...(service.command ?? image.command).map(here), ...flags];
    const child = launch(command, image, env);
    const check = (service.healthcheck?.test?.slice(1) ?? image.healthcheck).map(here);
    const container = watch(child, () => isHealthy(check, image, env));
    running.push(container);
    return container;
  };
  return {
    here,
    start,
    port: (port) => ports.get(port) ?? port,
    stop: async () => {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}

/** Takes every right to write from the image, and gives it a Node that any user may run. */
export function seal(image: Image): void {
  mkdirSync(path.join(image.root, "bin"));
  copyFileSync(process.execPath, nodeOf(image));
  takeRights(image.root);
}

function takeRights(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) takeRights(full);
    else if (entry.isFile()) chmodSync(full, entry.name === "node" ? 0o555 : 0o444);
  }
  chmodSync(folder, 0o555);
}

const nodeOf = ({ root }: Image) => path.join(root, "bin", "node");

function launch([file, ...args]: string[], image: Image, env: Record<string, string>): ChildProcess {
  if (file !== "node") throw new Error(`the image has no ${file}`);
  const child = spawn(nodeOf(image), args, {
    cwd: path.join(image.root, image.workdir),
    env: { NODE_ENV: "production", ...env },
    ...asNobody,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  child.once("exit", () => process.off("exit", killNow));
  return child;
}

function watch(child: ChildProcess, isWell: () => Promise<boolean>): Container {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  return {
    output: () => output,
    ended,
    healthy: async () => {
      const deadline = performance.now() + 30_000;
      while (!(await isWell())) {
        if (child.exitCode !== null || performance.now() > deadline)
          throw new Error(`not healthy:\n${output}`);
      }
    },
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function isHealthy(check: string[], image: Image, env: Record<string, string>): Promise<boolean> {
  const [code] = (await once(launch(check, image, env), "close")) as [number | null];
  return code === 0;
}
