/** The flags of `npm run demo`. */
import { z } from "zod";
import { UsageError } from "#lib/cli/errors.ts";
import { exitCodes } from "#lib/cli/exit-codes.ts";
import { type CommandLine, type FlagTable, readFlags } from "#lib/cli/flags.ts";
import {
  alternatives,
  authorizationOf,
  oneOf,
  portsIn,
  refuseMisplaced,
  sharedFlags,
  withHelp,
} from "#lib/cli/shared-flags.ts";
import { type AppName, appNames, type Ports } from "#lib/config/apps.ts";
import { commonSettings, type Environment, parseEnvironment } from "#lib/config/env.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import type { Client } from "#lib/register/registration.ts";

export interface DemoOptions {
  /** An OP of the user's own; default: the embedded one. */
  issuer: string | undefined;
  clients: Partial<Record<AppName, Client>>;
  registration: RegistrationAuthorization | undefined;
  /** PEM file to trust. */
  ca: string | undefined;
  https: boolean;
  /** Names of the faults that break the embedded OP. */
  faults: readonly string[];
  /** Whether browsers use the apps at hosts of their own. */
  crossSite: boolean;
  ports: Ports;
  /** Folder of everything that is kept. */
  data: string;
  fresh: boolean;
  /** Whether stores that cannot be used are moved aside. */
  replaceBadStore: boolean;
  LOG_FORMAT: "pretty" | "json";
  LOG_LEVEL: string;
}

const flags = {
  issuer: withHelp(sharedFlags.issuer, "use your own OpenID Provider; default: the embedded one"),
  client: withHelp(
    sharedFlags.client,
    `your client there for ${alternatives(appNames)}; default: the app registers itself dynamically`,
  ),
  "registration-token": sharedFlags["registration-token"],
  "registration-auth": sharedFlags["registration-auth"],
  ca: sharedFlags.ca,
  https: { help: "the embedded OP on https with a self-signed certificate" },
  fault: sharedFlags.fault,
  "cross-site": sharedFlags["cross-site"],
  "op-port": sharedFlags["op-port"],
  "front-port": sharedFlags["front-port"],
  ports: sharedFlags.ports,
  data: sharedFlags.data,
  fresh: { help: "delete the keys, clients and sessions in --data, then start" },
  "replace-bad-store": {
    help: "move a store file that is damaged, or of another version, aside and begin with a new one",
  },
  "log-format": {
    value: "FORMAT",
    schema: oneOf(["pretty", "json"]),
    help: "pretty for people, json for machines; default: the environment's LOG_FORMAT, or pretty",
  },
} as const satisfies FlagTable;

export const commandLine = {
  call: "npm run demo --",
  about: `Starts the OpenID Provider, ${appNames.join(", ")} and the front door. Ctrl-C ends them.`,
  flags,
  exitCodes: exitCodes.demo,
} as const satisfies CommandLine<typeof flags>;

/** Reads the command line. @throws {UsageError} @throws {import("#lib/config/env.ts").ConfigError} */
export function parseOptions(argv: string[], env: Environment): DemoOptions {
  const { values, has } = readFlags(argv, commandLine);
  refuseMisplaced(has, {
    forEmbedded: ["https", "op-port", "fault"],
    forIssuer: ["client", "registration-token", "registration-auth", "ca"],
  });
  const ports = portsIn(values);
  refuseSharedPorts(ports, values.issuer === undefined);
  const log = parseEnvironment(z.object(commonSettings), env);
  return {
    issuer: values.issuer,
    clients: Object.fromEntries(values.client.map(({ name, ...client }) => [name, client])),
    registration: authorizationOf(values),
    ca: values.ca,
    https: values.https,
    faults: values.fault,
    crossSite: values["cross-site"],
    ports,
    data: values.data,
    fresh: values.fresh,
    replaceBadStore: values["replace-bad-store"],
    LOG_FORMAT: values["log-format"] ?? log.LOG_FORMAT,
    LOG_LEVEL: log.LOG_LEVEL,
  };
}

function refuseSharedPorts({ op, frontDoor, apps }: Ports, embedded: boolean): void {
  const used: [flag: string, port: number][] = [
    ["--front-port", frontDoor],
    ...Object.values(apps).map((port): [string, number] => ["--ports", port]),
    ...(embedded ? [["--op-port", op] as [string, number]] : []),
  ];
  const [flag, port] =
    used.find(([, each], index) => used.findIndex(([, other]) => other === each) < index) ?? [];
  if (flag) throw new UsageError(`${flag}: port ${port} is used twice; give each process a port of its own.`);
}
