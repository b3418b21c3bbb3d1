/** The flags of `npm run check`. */
import { z } from "zod";
import { UsageError } from "#lib/cli/errors.ts";
import { exitCodes } from "#lib/cli/exit-codes.ts";
import { type CommandLine, type FlagTable, readFlags, type Values } from "#lib/cli/flags.ts";
import {
  authorizationOf,
  credentials,
  file,
  folder,
  issuerUrl,
  namedClient,
  oneOf,
  refuseMisplaced,
  sharedFlags,
  wholeNumber,
  withHelp,
} from "#lib/cli/shared-flags.ts";
import { appNames } from "#lib/config/apps.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import type { User } from "#lib/products/driver.ts";
import { productNames } from "#lib/products/index.ts";
import { assertChecks, chosenChecks } from "../catalogue/named.ts";
import { type Channel, channels } from "../model/channels.ts";
import { type CookieMode, cookieModes, type Severity, severities } from "../model/check.ts";
import { type ByHand, probeNames } from "../probe/probe-set.ts";

/** The names of `--client`: without the apps, the walkthrough is skipped. */
const clientNames = [...probeNames, ...appNames];

export interface CheckOptions {
  /** Default: the embedded OP. */
  issuer: string | undefined;
  /** Another one of the same server; default: a second embedded OP if `issuer` is absent too. */
  otherIssuer: string | undefined;
  driver: string;
  users: { alice: User; bob: User };
  /** Registered by hand. */
  clients: ByHand["clients"];
  /** Channels that these were not registered for. */
  without: readonly Channel[];
  printClients: boolean;
  /** First port of the clients that are registered by hand. */
  port: number;
  /** This machine as the OP's server reaches it; default: `localhost`. */
  probeHost: string | undefined;
  admin: User | undefined;
  /** Of dynamic registration. */
  authorization: RegistrationAuthorization | undefined;
  /** Faults that break the embedded OP. */
  faults: readonly string[];
  only: readonly string[] | undefined;
  skip: readonly string[];
  severities: readonly Severity[];
  cookieModes: readonly CookieMode[];
  headed: boolean;
  workers: number;
  expect: string | undefined;
  report: string | undefined;
  ca: string | undefined;
  insecure: boolean;
}

/** First port of clients that are registered by hand. */
export const usualPort = 47100;
/** Of the probes, and of the front door behind them. */
const portsByHand = probeNames.length + 1;

const ids = z
  .string()
  .min(1, "no check named; give IDs such as R-01, separated by commas")
  .transform((text) => text.split(",").map((id) => id.trim().toUpperCase()));
const modes = z
  .string()
  .transform((text) => text.split(",").map((word) => word.trim()))
  .pipe(z.array(oneOf(cookieModes)));
const letters = z
  .string()
  .regex(/^[CHMLI](,[CHMLI])*$/, "not a list of severities; give letters of C,H,M,L,I, separated by commas")
  .transform((text) => severities.filter((name) => text.includes(name.charAt(0).toUpperCase())));
const host = z
  .string()
  .refine(
    (text) => URL.parse(`http://${text}`)?.hostname === text.toLowerCase(),
    "not a host; give a name or address without scheme and port",
  );

const flags = {
  issuer: withHelp(sharedFlags.issuer, "the OpenID Provider to check; default: the embedded OP"),
  "other-issuer": {
    value: "URL",
    schema: issuerUrl,
    help: "another issuer (realm) of the same server with the same users, for I-08",
  },
  driver: {
    value: "NAME|FILE",
    schema: z.string(),
    default: "auto",
    help: `the product: ${productNames.join(", ")}, or a file with your own driver, such as ./my-driver.ts; auto recognizes the product by its discovery document`,
  },
  user: {
    value: "NAME:PASSWORD",
    schema: credentials,
    repeatable: true,
    help: "a user to sign in, twice: alice first, then bob; default: alice:alice, bob:bob",
  },
  client: {
    ...sharedFlags.client,
    schema: namedClient(clientNames),
    help: `a client registered by hand: all of ${probeNames.join(", ")}, and for the walkthrough ${appNames.join(", ")}; default: the driver registers them. A colon in an ID is written %3A`,
  },
  without: {
    value: "CHANNEL",
    schema: oneOf(channels),
    repeatable: true,
    help: `${channels.join(" or ")}: clients registered by hand do not have it, and its checks are skipped`,
  },
  "print-clients": { help: "print the clients to register by hand at --issuer, and exit" },
  port: {
    value: "N",
    schema: wholeNumber(1, 65536 - portsByHand),
    help: `first of the ${portsByHand} ports of clients registered by hand; default: ${usualPort}`,
  },
  "probe-host": {
    value: "HOST",
    schema: host,
    help: "this machine as the OpenID Provider's server reaches it, such as host.docker.internal from a container; the probes then listen on every address. Default: localhost",
  },
  admin: sharedFlags.admin,
  "registration-token": sharedFlags["registration-token"],
  "registration-auth": sharedFlags["registration-auth"],
  fault: sharedFlags.fault,
  only: { value: "ID,ID", schema: ids, help: "only these checks" },
  skip: { value: "ID,ID", schema: ids, help: "all checks except these" },
  severity: {
    value: "C,H,M,L,I",
    schema: letters,
    default: "C,H,M,L,I",
    help: "critical, high, medium, low, info. A check runs if --only, --skip and --severity all select it",
  },
  browser: {
    value: "MODES",
    schema: modes,
    default: cookieModes.join(","),
    help: "how the browser treats third-party cookies",
  },
  headed: { help: "show the browser" },
  workers: {
    value: "N",
    schema: wholeNumber(1, 8),
    default: "3",
    help: "checks at the same time; always 1 with --client",
  },
  expect: {
    value: "FILE",
    schema: file,
    help: "expected results with reasons (docs/checking/running.md); a new failure, one for another reason than expected and a stale entry fail the run",
  },
  report: { value: "DIR", schema: folder, help: "write report.json, report.html, junit.xml and report.md" },
  ca: withHelp(
    sharedFlags.ca,
    `${sharedFlags.ca.help}, in the suite's own requests; its browser accepts any certificate, as it only visits the probes and the OpenID Provider`,
  ),
  insecure: { help: "do not verify certificates" },
} as const satisfies FlagTable;

export const commandLine = {
  call: "npm run check --",
  about:
    "Checks the single logout of an OpenID Provider: a verdict for each clause, with two apps and a real browser.",
  flags,
  exitCodes: exitCodes.check,
} as const satisfies CommandLine<typeof flags>;

/** Reads the command line. @throws {UsageError} with a line for each flag that is wrong */
export function parseOptions(argv: string[]): CheckOptions {
  const { values, has } = readFlags(argv, commandLine);
  refuseMixtures(values);
  refuseMisplaced(has, {
    forEmbedded: ["fault"],
    forIssuer: ["other-issuer", "client", "print-clients", "registration-token", "registration-auth"],
  });
  const [alice = { name: "alice", password: "alice" }, bob = { name: "bob", password: "bob" }] = values.user;
  const { issuer, driver, without, admin, only, headed, workers, expect, report, ca, insecure } = values;
  return {
    issuer,
    otherIssuer: values["other-issuer"],
    driver,
    users: { alice, bob },
    clients: Object.fromEntries(
      values.client.map(({ name, id: clientId, secret: clientSecret }) => [
        name,
        { clientId, ...(clientSecret !== undefined && { clientSecret }), missing: [] },
      ]),
    ),
    without,
    printClients: values["print-clients"],
    port: values.port ?? usualPort,
    probeHost: values["probe-host"],
    admin,
    authorization: authorizationOf(values),
    faults: values.fault,
    only,
    skip: values.skip ?? [],
    severities: values.severity,
    cookieModes: values.browser,
    headed,
    workers,
    expect,
    report,
    ca,
    insecure,
  };
}

/** @throws {UsageError} if flags conflict */
function refuseMixtures({
  issuer,
  user: users,
  client: clients,
  only,
  skip = [],
  severity,
  ...rest
}: Values<typeof flags>): void {
  if (users.length === 1) throw new UsageError("--user: one user is missing; give alice first, then bob.");
  if (users.length > 2) throw new UsageError("--user: more than two users; give alice first, then bob.");
  if (users.length === 2 && users[0]?.name === users[1]?.name)
    throw new UsageError(`--user: ${users[0]?.name} is given twice; the second must be a different user.`);
  const named = clients.map(({ name }) => name);
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice) throw new UsageError(`--client: ${twice} is given twice; keep one of them.`);
  const missing = probeNames.filter((name) => !named.includes(name));
  if (named.length > 0 && missing.length > 0)
    throw new UsageError(
      `--client: missing for ${missing.join(", ")}; every probe needs one, and --print-clients says what to register.`,
    );
  const isByHand = named.length > 0 || rest["print-clients"];
  if (rest.without.length > 0 && !isByHand)
    throw new UsageError(
      "--without: only for clients registered by hand; give it with --client or --print-clients.",
    );
  if (rest.port !== undefined && !isByHand)
    throw new UsageError(
      "--port: only for clients registered by hand; omit it, other clients get free ports.",
    );
  if (rest["other-issuer"] !== undefined && rest["other-issuer"] === issuer)
    throw new UsageError("--other-issuer: the same as --issuer; name a different one.");
  assertChecks("--only", only ?? []);
  assertChecks("--skip", skip);
  if (chosenChecks({ only, skip, severities: severity }).length === 0)
    throw new UsageError("--only: no check is left; --only, --skip and --severity together select none.");
}
