/** The flags of `slo-playground doctor`. */
import { UsageError } from "#lib/cli/errors.ts";
import { exitCodes } from "#lib/cli/exit-codes.ts";
import { type CommandLine, type FlagTable, readFlags } from "#lib/cli/flags.ts";
import {
  alternatives,
  appName,
  portsIn,
  refuseMisplaced,
  sharedFlags,
  withHelp,
} from "#lib/cli/shared-flags.ts";
import { type AppName, appNames, type Ports } from "#lib/config/apps.ts";
import type { Client } from "#lib/register/registration.ts";

export interface DoctorOptions {
  /** An OP of the user's own; default: the embedded one. */
  issuer: string | undefined;
  /** The embedded OP is on https. */
  https: boolean;
  app: AppName;
  /** The app's client there; default: the one that the demo uses. */
  client: Client | undefined;
  ports: Ports;
  crossSite: boolean;
  data: string;
  /** PEM file to trust. */
  ca: string | undefined;
  json: boolean;
}

const flags = {
  issuer: sharedFlags.issuer,
  client: withHelp(
    sharedFlags.client,
    `the client there of ${alternatives(appNames)}; default: the one that the demo uses`,
  ),
  app: {
    value: "NAME",
    schema: appName,
    default: appNames[0] as string,
    help: `the app: ${alternatives(appNames)}`,
  },
  https: sharedFlags.https,
  "op-port": sharedFlags["op-port"],
  "front-port": sharedFlags["front-port"],
  ports: sharedFlags.ports,
  "cross-site": sharedFlags["cross-site"],
  ca: sharedFlags.ca,
  data: withHelp(sharedFlags.data, "where the demo keeps its clients"),
  json: withHelp(sharedFlags.json, "the findings as JSON"),
} as const satisfies FlagTable;

export const commandLine = {
  call: "npm run doctor --",
  about: `Examines an OpenID Provider, and whether an app of the playground can work with it: discovery, issuer, TLS,
clock, keys, capabilities, client, callbacks, cookies, back-channel logout. Each finding says why it matters and what
to do.`,
  flags,
  exitCodes: exitCodes.doctor,
} as const satisfies CommandLine<typeof flags>;

/** Reads the command line. @throws {UsageError} */
export function parseDoctorOptions(argv: string[]): DoctorOptions {
  const { values, has } = readFlags(argv, commandLine);
  refuseMisplaced(has, { forEmbedded: ["https", "op-port"], forIssuer: [] });
  const { app, issuer, https, data, ca, json } = values;
  const given = values.client.findLast(({ name }) => name === app);
  const [other] = values.client;
  if (other && !given)
    throw new UsageError(`--client: names ${other.name}, not ${app}; name the app with --app ${other.name}.`);
  const { name: _name, ...client } = given ?? {};
  return {
    issuer,
    https,
    app,
    client: given && (client as Client),
    ports: portsIn(values),
    crossSite: values["cross-site"],
    data,
    ca,
    json,
  };
}
