/** The flags of `slo-playground register`. */

import { z } from "zod";
import { UsageError } from "#lib/cli/errors.ts";
import { exitCodes } from "#lib/cli/exit-codes.ts";
import { type CommandLine, type FlagTable, type Given, readFlags } from "#lib/cli/flags.ts";
import {
  alternatives,
  appName,
  authorizationOf,
  file,
  folder,
  portsIn,
  refuseMisplaced,
  sharedFlags,
  wholeNumber,
  withHelp,
} from "#lib/cli/shared-flags.ts";
import { type AppName, appNames, type Ports } from "#lib/config/apps.ts";
import { defaultMethod, type Encryption, encryptionAlgorithms, encryptionMethods } from "#lib/oidc/jwe.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { driverFlag } from "#lib/products/driver-flag.ts";
import { driverOf, type ProductName, productNames } from "#lib/products/index.ts";

export interface RegisterOptions {
  /** `auto` recognizes the product by its discovery document. */
  driver: "auto" | ProductName;
  /** An OP of the user's own; default: the embedded one. */
  issuer: string | undefined;
  /** The embedded OP is on https. */
  https: boolean;
  apps: readonly AppName[];
  /** Of dynamic registration. */
  authorization: RegistrationAuthorization | undefined;
  /** With an administrator the product's own API registers the clients, otherwise dynamic registration. */
  admin: { name: string; password: string } | undefined;
  encryption: Encryption | undefined;
  /** A public client beside each app's own. */
  public: boolean;
  /** Seconds to wait for a server that is starting. */
  wait: number;
  /** PEM file to trust. */
  ca: string | undefined;
  /** PEM file to write the server's own certificate into, and to trust. */
  trustFirstUse: string | undefined;
  /** Folder for the apps' environment. */
  envDir: string | undefined;
  ports: Ports;
  crossSite: boolean;
  data: string;
  json: boolean;
  strict: boolean;
}

const encryption = z
  .string()
  .transform((text) => text.split(":"))
  .pipe(
    z.union(
      [
        z.tuple([z.enum(encryptionAlgorithms)]),
        z.tuple([z.enum(encryptionAlgorithms), z.enum(encryptionMethods)]),
      ],
      `not ALG or ALG:ENC; ALG is ${alternatives(encryptionAlgorithms)}, ENC ${alternatives(encryptionMethods)}`,
    ),
  )
  .transform(([alg, enc = defaultMethod]) => ({ alg, enc }));

/** The products whose API updates the clients that exist. */
const updating = productNames.filter((name) => driverOf(name).ensure).join(", ");

const flags = {
  issuer: withHelp(
    sharedFlags.issuer,
    "the OpenID Provider; default: the embedded one, which must be running",
  ),
  driver: withHelp(
    driverFlag,
    `${driverFlag.help}; embedded: no request, --env-dir gets the clients that the embedded OP registers itself`,
  ),
  admin: withHelp(
    sharedFlags.admin,
    `an administrator of the product: its API then registers the clients, with more settings (${updating}: and updates those that exist); default: dynamic registration`,
  ),
  "registration-token": sharedFlags["registration-token"],
  "registration-auth": sharedFlags["registration-auth"],
  encrypt: {
    value: "ALG[:ENC]",
    schema: encryption,
    help: "ask for encrypted ID Tokens, such as RSA-OAEP:A256GCM; dynamic registration only",
  },
  public: { help: "also a public client NAME-public for each app; with --admin" },
  wait: {
    value: "SECONDS",
    schema: wholeNumber(0, 9999),
    default: "0",
    help: "wait for a server that is still starting",
  },
  ca: sharedFlags.ca,
  "trust-first-use": {
    value: "FILE",
    schema: file,
    help: "trust FILE like --ca; if it does not exist, first save the server's certificate there and print its fingerprint",
  },
  "env-dir": {
    value: "DIR",
    schema: folder,
    help: "write NAME.env for node --env-file: OP_ISSUER, the client, CA_FILE, RP_SECRET",
  },
  app: {
    value: "NAME",
    schema: appName,
    repeatable: true,
    help: `only this app: ${alternatives(appNames)}; default: all`,
  },
  https: sharedFlags.https,
  "op-port": sharedFlags["op-port"],
  "front-port": sharedFlags["front-port"],
  ports: sharedFlags.ports,
  "cross-site": sharedFlags["cross-site"],
  data: withHelp(sharedFlags.data, "where the clients are kept for the demo"),
  json: sharedFlags.json,
  strict: { help: "exit code 1 unless every field was accepted; dynamic registration only" },
} as const satisfies FlagTable;

export const commandLine = {
  call: "npm run register --",
  about: `Registers ${appNames.join(", ")} at an OpenID Provider, with every logout field, and reports for each field whether it
was accepted, changed, ignored, not echoed or refused. The clients are kept: npm run demo uses them from its next start, with
the same --issuer and ports.`,
  flags,
  exitCodes: exitCodes.register,
} as const satisfies CommandLine<typeof flags>;

/** Reads the command line. @throws {UsageError} */
export function parseRegisterOptions(argv: string[]): RegisterOptions {
  const given = readFlags(argv, commandLine);
  refuseMixtures(given);
  const { values } = given;
  const { driver, issuer, https, app, admin, wait, ca, data, json, strict } = values;
  return {
    driver,
    issuer,
    https,
    apps: app.length > 0 ? appNames.filter((name) => app.includes(name)) : appNames,
    authorization: authorizationOf(values),
    admin,
    encryption: values.encrypt,
    // The embedded OP has them anyway.
    public: values.public || driver === "embedded",
    wait,
    ca,
    trustFirstUse: values["trust-first-use"],
    envDir: values["env-dir"],
    ports: portsIn(values),
    crossSite: values["cross-site"],
    data,
    json,
    strict,
  };
}

const byRequest = [
  "issuer",
  "admin",
  "registration-token",
  "registration-auth",
  "encrypt",
  "strict",
] as const;
/** The embedded OP may be one of these; any other product is an OP of the user's own. */
const fitsEmbedded: readonly string[] = ["auto", "embedded", "generic"];

function refuseMixtures({ values: { driver, issuer }, has }: Given<typeof flags>): void {
  if (driver === "embedded") {
    const needless = byRequest.find(has);
    if (needless)
      throw new UsageError(`--${needless}: unused with --driver embedded, which sends no request; omit one.`);
    if (!has("env-dir"))
      throw new UsageError("--driver: embedded writes files; name their folder with --env-dir.");
  }
  if (!fitsEmbedded.includes(driver) && !has("issuer"))
    throw new UsageError(`--driver: ${driver} is not the embedded OP; name yours with --issuer URL.`);
  refuseMisplaced(has, {
    forEmbedded: ["https", "op-port"],
    forIssuer: ["wait", "ca", "trust-first-use"],
  });
  const dynamic = (["registration-token", "registration-auth"] as const).find(has);
  if (dynamic && has("admin"))
    throw new UsageError(`--${dynamic}: only for dynamic registration; omit it with --admin.`);
  if (has("public") && !has("admin"))
    throw new UsageError("--public: needs the product's API; name an administrator with --admin.");
  if (has("ca") && has("trust-first-use"))
    throw new UsageError("--ca: cannot be combined with --trust-first-use; omit one of them.");
  if (has("trust-first-use") && !issuer?.startsWith("https:"))
    throw new UsageError("--trust-first-use: only for an issuer on https; omit it.");
}
