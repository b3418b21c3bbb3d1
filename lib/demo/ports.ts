/** Whether the demo can have its ports and its folder, before anything starts. */
import { createServer } from "node:net";
import path from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
import { appNames, localOrigin } from "#lib/config/apps.ts";
import { type Holder, lockHolder, takeLock } from "#lib/prepare/lock.mjs";
import type { DemoOptions } from "./options.ts";

type Wanted = Pick<DemoOptions, "issuer" | "ports" | "data">;

/** A flag with its ports. */
interface PortFlag {
  flag: string;
  ports: number[];
}

/** Browsers try both for `localhost`: a foreign process on either would answer in our place. */
const loopbackAddresses = ["127.0.0.1", "::1"];
/** Distance of proposed ports from those in use, or a multiple of it. */
const portOffset = 100;
const portCount = 65_536;

const lockFile = (data: string): string => path.join(data, "demo.lock");

/** @throws {CannotRun} that names the ports in use, and the flags that choose others */
export async function checkPorts(wanted: Wanted): Promise<void> {
  const flags = flagsOf(wanted);
  const problems = await Promise.all(flags.flatMap(({ ports }) => ports).map(problemOf));
  const blocked = problems.filter((problem) => problem !== undefined);
  const [first] = blocked;
  if (!first) return;
  const others = await proposal(
    flags.filter(({ ports }) => blocked.some(({ port }) => ports.includes(port))),
    flags,
  );
  const inUse = blocked.filter(({ code }) => code === "EADDRINUSE").map(({ port }) => port);
  if (inUse.length === 0)
    throw new CannotRun(`Port ${first.port} is not permitted for this user; choose others with ${others}.`);
  const holder = lockHolder(lockFile(wanted.data));
  const which = inUse.length > 1 ? `Ports ${inUse.join(", ")} are` : `Port ${inUse[0]} is`;
  throw new CannotRun(
    holder
      ? `${which} in use, and ${heldBy(wanted.data, holder)}; end it, or start a second one with ${others} ${folderFlag(wanted, others)}.`
      : `${which} in use; free ${inUse.length > 1 ? "them" : "it"} or choose others with ${others}.`,
  );
}

/** Keeps a second demo from the folder: it would register its own addresses for the clients of this one.
 * @returns the function that releases it
 * @throws {CannotRun} that names the demo that has it */
export async function holdFolder(wanted: Wanted): Promise<() => void> {
  const { data, ports } = wanted;
  const taken = await takeLock(lockFile(data), `${localOrigin(ports.frontDoor)}/`);
  if (typeof taken === "function") return taken;
  throw new CannotRun(
    `${capital(heldBy(data, taken))}, which would lose its clients; end it, or give this one a folder of its own with ${folderFlag(wanted)}.`,
  );
}

const heldBy = (data: string, { pid, about }: Holder): string =>
  `the folder ${data} is in use by the demo at ${about} (process ${pid})`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A folder named after the front door that these flags choose. */
function folderFlag({ data, ports }: Wanted, flags = ""): string {
  const [, front = String(ports.frontDoor)] = /--front-port (\d+)/.exec(flags) ?? [];
  return `--data ${path.join(data, front)}`;
}

function flagsOf({ issuer, ports }: Wanted): PortFlag[] {
  const { op, frontDoor, apps } = ports;
  return [
    ...(issuer === undefined ? [{ flag: "--op-port", ports: [op] }] : []),
    { flag: "--ports", ports: appNames.map((name) => apps[name]) },
    { flag: "--front-port", ports: [frontDoor] },
  ];
}

/** The flags with free ports, as far from the present ones as it takes. */
async function proposal(blocked: PortFlag[], all: PortFlag[]): Promise<string> {
  const kept = all.filter((each) => !blocked.includes(each)).flatMap(({ ports }) => ports);
  for (let distance = portOffset; ; distance += portOffset) {
    const moved = blocked.map(({ flag, ports }) => ({
      flag,
      ports: ports.map((port) => ((port + distance - 1) % (portCount - 1)) + 1),
    }));
    const numbers = moved.flatMap(({ ports }) => ports);
    const free = (await Promise.all(numbers.map(problemOf))).every((problem) => problem === undefined);
    const distinct = new Set([...numbers, ...kept]).size === numbers.length + kept.length;
    // After a whole turn nothing is free; then the first proposal is as good as any.
    if ((free && distinct) || distance > portCount * portOffset)
      return moved.map(({ flag, ports }) => `${flag} ${ports.join()}`).join(" ");
  }
}

interface Problem {
  port: number;
  code: "EADDRINUSE" | "EACCES";
}

/** Why listening on a port fails; undefined if it does not, or if the machine lacks an address (no IPv6). */
async function problemOf(port: number): Promise<Problem | undefined> {
  for (const address of loopbackAddresses) {
    const code = await failure(port, address);
    if (code === "EADDRINUSE" || code === "EACCES") return { port, code };
  }
  return undefined;
}

function failure(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
