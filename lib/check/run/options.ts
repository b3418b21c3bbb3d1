/** The flags of `npm run check`. */
import { z } from "zod";
import { withFlagFiles } from "#lib/cli/flag-file.ts";
import { appNames } from "#lib/config/apps.ts";
import { describeIssue, faultNames, readFlags, UsageError } from "#lib/demo/options.ts";
import type { RegisteredClient, User } from "#lib/products/driver.ts";
import { assertChecks, chosenChecks } from "../catalogue/named.ts";
import { type Channel, channels } from "../model/channels.ts";
import { type CookieMode, cookieModes, type Severity, severities } from "../model/check.ts";
import { type ByHand, probeNames } from "../probe/probe-set.ts";

/** What may be registered by hand: the apps are for the walkthrough alone, which is skipped without them. */
export const clientNames = [...probeNames, ...appNames];

export interface CheckOptions {
  help: boolean;
  /** The embedded OP where absent. */
  issuer: string | undefined;
  /** Another one of the same server; a second embedded OP where both are absent. */
  otherIssuer: string | undefined;
  driver: string;
  users: { alice: User; bob: User };
  /** Registered by hand. */
  clients: ByHand["clients"];
  /** Channels that these were not registered for. */
  without: readonly Channel[];
  printClients: boolean;
  /** First of the five ports of clients that are registered by hand. */
  port: number;
  /** What the OP's server calls this machine; `localhost` where absent. */
  probeHost: string | undefined;
  admin: User | undefined;
  /** Initial access token of dynamic registration. */
  registrationToken: string | undefined;
  /** What breaks the embedded OP. */
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

export const usage = `Usage: npm run check -- [flags]

Checks the single logout of an OpenID Provider: a verdict for each clause, in two apps and a real browser.
Exit code 0: nothing unexpected; 1: an unexpected failure, or an expectation that is out of date; 2: could not run, and
one line says why. Ctrl-C ends it with 130; what had been found until then is counted and reported.

  --issuer URL               the OpenID Provider to check; the embedded one without it
  --other-issuer URL         another issuer (realm) of the same server with the same users, for I-08
  --driver NAME|PATH         auto, embedded, wso2, keycloak, glewlwyd, generic, or a file such as ./my-driver.ts (auto)
  --user NAME:SECRET         a user to sign in, twice: the first is alice, the second bob (alice:alice, bob:bob)
  --client NAME=ID[:SECRET]  a client registered by hand: all of ${probeNames.join(", ")}, and for the
                             walkthrough ${appNames.join(", ")}; without any, the driver registers them.
                             A colon in an ID is written %3A
  --without CHANNEL          back-channel or front-channel: clients by hand are not registered for it, and its checks are
                             skipped (repeatable)
  --print-clients            say what to register by hand at --issuer, and end
  --port N                   first of the five ports of clients registered by hand (47100)
  --probe-host HOST          this machine as the OpenID Provider's server reaches it, where that is not localhost: in a
                             container, say, host.docker.internal. The probes then listen on every address
  --admin NAME:SECRET        where the driver registers clients or ends sessions through an API
  --registration-token TOKEN initial access token, where dynamic registration asks for one
  --fault NAME               breaks the embedded OP on purpose (repeatable); its page /faults lists the names
  --only ID,ID               these checks alone
  --skip ID,ID               all but these
  --severity C,H,M,L,I       critical, high, medium, low, info (all). A check runs where all three want it
  --browser MODES            cookies-allowed,cookies-blocked: how the browser treats third-party cookies (both)
  --headed                   show the browser
  --workers N                checks at the same time (3; 1 with --client)
  --expect FILE              expected results with reasons (docs/checking/running.md); a new failure, one for another reason than the
                             expected one and a stale entry fail the run
  --report DIR               report.json, report.html, junit.xml and report.md
  --ca FILE                  PEM of a certificate authority to trust, in the suite's own requests; its browser, which only
                             ever goes to the probes and the OpenID Provider, takes any certificate
  --insecure                 do not verify certificates
  @FILE                      flags from a file, one in a line: for secrets, which a command line shows to others
`;

const flags = {
  issuer: { type: "string" },
  "other-issuer": { type: "string" },
  driver: { type: "string" },
  user: { type: "string", multiple: true },
  client: { type: "string", multiple: true },
  without: { type: "string", multiple: true },
  "print-clients": { type: "boolean" },
  port: { type: "string" },
  "probe-host": { type: "string" },
  admin: { type: "string" },
  "registration-token": { type: "string" },
  fault: { type: "string", multiple: true },
  only: { type: "string" },
  skip: { type: "string" },
  severity: { type: "string" },
  browser: { type: "string" },
  headed: { type: "boolean" },
  workers: { type: "string" },
  expect: { type: "string" },
  report: { type: "string" },
  ca: { type: "string" },
  insecure: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const user = z
  .string()
  .regex(/^[^:]+:.+$/s, "must be NAME:SECRET")
  .transform((text): User => {
    const colon = text.indexOf(":");
    return { name: text.slice(0, colon), password: text.slice(colon + 1) };
  });
const client = z
  .string()
  .regex(
    new RegExp(`^(${clientNames.join("|")})=[^:]+(:.+)?$`, "s"),
    `must be NAME=ID[:SECRET], NAME one of ${clientNames.join(", ")}`,
  )
  .transform((text): [string, RegisteredClient] => {
    const [, name, clientId = "", clientSecret] = /^([^=]+)=([^:]+)(?::(.+))?$/s.exec(text) ?? [];
    const id = clientId.replaceAll(/%3a/gi, ":");
    return [String(name), { clientId: id, ...(clientSecret ? { clientSecret } : {}), missing: [] }];
  });
const ids = z
  .string()
  .min(1, "must be IDs such as R-01, with commas between them")
  .transform((text) => text.split(",").map((id) => id.trim().toUpperCase()));
const words = <T extends string>(allowed: readonly T[]) =>
  z
    .string()
    .transform((text) => text.split(",").map((word) => word.trim()))
    .pipe(z.array(z.enum(allowed as readonly [T, ...T[]], `must be of ${allowed.join(", ")}`)));
const letters = z
  .string()
  .regex(/^[CHMLI](,[CHMLI])*$/, "must be letters of C,H,M,L,I with commas between them")
  .transform((text) => severities.filter((name) => text.includes(name.charAt(0).toUpperCase())));
const issuer = z.url({ protocol: /^https?$/, error: "must be an http or https URL, exactly as the issuer" });
const number = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(error).int(error).min(least, error).max(most, error);
};

const schema = z.object({
  issuer: issuer.optional(),
  "other-issuer": issuer.optional(),
  driver: z.string().default("auto"),
  user: z.array(user).max(2, "is for two users at most").default([]),
  client: z.array(client).default([]),
  without: z.array(z.enum(channels, `must be ${channels.join(" or ")}`)).default([]),
  "print-clients": z.boolean().default(false),
  port: number(1, 65531).optional(),
  "probe-host": z
    .string()
    .refine(
      (host) => URL.parse(`http://${host}`)?.hostname === host.toLowerCase(),
      "must be a host, without a port",
    )
    .optional(),
  admin: user.optional(),
  "registration-token": z.string().min(1, "must not be empty").optional(),
  fault: faultNames,
  only: ids.optional(),
  skip: ids.default([]),
  severity: letters.default([...severities]),
  browser: words(cookieModes).default([...cookieModes]),
  headed: z.boolean().default(false),
  workers: number(1, 8).default(3),
  expect: z.string().optional(),
  report: z.string().optional(),
  ca: z.string().optional(),
  insecure: z.boolean().default(false),
  help: z.boolean().default(false),
});

type Values = z.output<typeof schema>;

/** Reads the command line. @throws {UsageError} with a line for each flag that is wrong */
export function parseOptions(argv: string[]): CheckOptions {
  const parsed = schema.safeParse(readFlags(withFlagFiles(argv), flags, "npm run check -- --help"));
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(describeIssue).join("\n"));
  refuseMixtures(parsed.data);
  const {
    user: users,
    client: clients,
    "other-issuer": otherIssuer,
    "print-clients": printClients,
    "registration-token": registrationToken,
    "probe-host": probeHost,
    fault: faults,
    severity,
    browser,
    ...rest
  } = parsed.data;
  if (rest.issuer !== undefined && faults.length > 0)
    throw new UsageError("--fault is for the embedded OP; leave it away with --issuer.");
  const [alice = { name: "alice", password: "alice" }, bob = { name: "bob", password: "bob" }] = users;
  return {
    ...rest,
    issuer: rest.issuer,
    port: rest.port ?? 47100,
    otherIssuer,
    admin: rest.admin,
    registrationToken,
    probeHost,
    only: rest.only,
    expect: rest.expect,
    report: rest.report,
    ca: rest.ca,
    users: { alice, bob },
    clients: Object.fromEntries(clients),
    printClients,
    faults,
    severities: severity,
    cookieModes: browser,
  };
}

/** What is wrong with flags together. @throws {UsageError} */
function refuseMixtures({ issuer, user: users, client: clients, only, skip, ...rest }: Values): void {
  if (users.length === 1)
    throw new UsageError(
      "--user is given once: the first is alice and the second bob, give both or neither.",
    );
  if (users.length === 2 && users[0]?.name === users[1]?.name)
    throw new UsageError(`--user names ${users[0]?.name} twice: the second has to be somebody else.`);
  const named = clients.map(([name]) => name);
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice) throw new UsageError(`--client ${twice} is given twice.`);
  const missing = probeNames.filter((name) => !named.includes(name));
  if (named.length > 0 && missing.length > 0)
    throw new UsageError(
      `--client is missing for ${missing.join(", ")}: every probe needs one, and --print-clients says what to register.`,
    );
  if (rest.without.length > 0 && named.length === 0 && !rest["print-clients"])
    throw new UsageError("--without is about clients by hand: give it with --client or --print-clients.");
  const other = rest["other-issuer"];
  if (other !== undefined && other === issuer)
    throw new UsageError("--other-issuer is the same as --issuer: it has to be another one.");
  const forOwnOp = {
    "other-issuer": other !== undefined,
    client: named.length > 0,
    "print-clients": rest["print-clients"],
    "registration-token": rest["registration-token"] !== undefined,
  };
  const [misplaced] = Object.entries(forOwnOp).find(([, given]) => given) ?? [];
  if (misplaced && issuer === undefined)
    throw new UsageError(`--${misplaced} is for an OpenID Provider of yours: name it with --issuer URL.`);
  if (rest.port !== undefined && named.length === 0 && !rest["print-clients"])
    throw new UsageError(
      "--port is for clients registered by hand (--client); others get ports that are free.",
    );
  assertChecks("--only", only ?? []);
  assertChecks("--skip", skip);
  if (chosenChecks({ only, skip, severities: rest.severity }).length === 0)
    throw new UsageError("No check is left: --only, --skip and --severity choose none together.");
}
