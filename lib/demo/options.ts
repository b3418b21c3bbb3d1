/** The flags of `npm run demo`. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { z } from "zod";
import { type AppName, appNames, type Ports } from "#lib/config/apps.ts";
import { baseUrl, commonSettings, type Environment, parseEnvironment } from "#lib/config/env.ts";
import { discoveryPath } from "#lib/net/discovery-url.ts";
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { problemWith } from "#lib/op/faults/catalogue.ts";

/** A flag that is unknown or has a wrong value. The message is one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Client {
  id: string;
  secret?: string;
  /** A public client beside it. */
  publicId?: string;
  encryption?: Encryption;
}

export interface DemoOptions {
  help: boolean;
  /** An OP of the user's own; the embedded one where absent. */
  issuer: string | undefined;
  clients: Partial<Record<AppName, Client>>;
  registration: RegistrationAuthorization | undefined;
  https: boolean;
  /** Names of those that the embedded OP is broken by. */
  faults: readonly string[];
  /** Whether browsers use the apps at hosts of their own. */
  crossSite: boolean;
  ports: Ports;
  /** Folder of everything that is kept. */
  data: string;
  fresh: boolean;
  LOG_FORMAT: "pretty" | "json";
  LOG_LEVEL: string;
}

export const usage = `Usage: npm run demo -- [flags]

Starts the OpenID Provider, playground2, playground3 and the front door; Ctrl-C ends them (exit code 0).

  --issuer URL                  use an OpenID Provider of yours instead of the embedded one
  --client NAME=ID[:SECRET]     your client for playground2 or playground3 there (repeatable); without it
                                the app registers itself dynamically
  --registration-token TOKEN    initial access token for dynamic registration
  --registration-auth USER:PW   the same by HTTP Basic authentication
  --https                       the embedded OP on https with a self-signed certificate
  --fault NAME                  breaks the embedded OP on purpose (repeatable); its page /faults lists the names
  --cross-site                  each app at a host of its own, http://playground2.localhost:8080/playground2:
                                another site for a browser, to show what third-party cookies do
  --op-port N                   port of the embedded OP (9443)
  --front-port N                port of the front door (8080)
  --ports N,N                   ports of playground2 and playground3 (8082,8083)
  --data DIR                    where keys, clients and sessions are kept (.data)
  --fresh                       forget all of that first
  --log-format pretty|json      for people or for machines (LOG_FORMAT)
  --help                        this text
`;

export const flags = {
  issuer: { type: "string" },
  client: { type: "string", multiple: true },
  "registration-token": { type: "string" },
  "registration-auth": { type: "string" },
  https: { type: "boolean" },
  fault: { type: "string", multiple: true },
  "cross-site": { type: "boolean" },
  "op-port": { type: "string" },
  "front-port": { type: "string" },
  ports: { type: "string" },
  data: { type: "string" },
  fresh: { type: "boolean" },
  "log-format": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const PORT = "must be a port number from 1 to 65535";
const CLIENT = `must be NAME=ID or NAME=ID:SECRET, where NAME is ${appNames.join(" or ")}`;

const port = z.string().regex(/^\d+$/, PORT).transform(Number).pipe(z.number().min(1, PORT).max(65535, PORT));
const twoPorts = z
  .string()
  .regex(/^\d+,\d+$/, "must be two port numbers with a comma, such as 8182,8183")
  .transform((text) => text.split(","))
  .pipe(z.tuple([port, port]));
const client = z
  .string()
  .regex(/^(playground2|playground3)=[^:]+(:.+)?$/s, CLIENT)
  .transform((text) => {
    const [, name, id, secret] = /^([^=]+)=([^:]+)(?::(.+))?$/s.exec(text) ?? [];
    return { name: z.enum(appNames).parse(name), id: id ?? "", secret };
  });
const issuer = baseUrl
  // Issuers are compared to the byte: hand on what the user wrote, a slash at the end included.
  .pipe(z.string())
  .refine((url) => !url.endsWith(discoveryPath), {
    error: `takes the issuer: leave ${discoveryPath} away`,
  });

/** Of `--fault`. */
export const faultNames = z
  .array(z.string())
  .default([])
  .superRefine((names, context) => {
    const problem = problemWith(names);
    if (problem) context.addIssue(`is wrong: ${problem}`);
  });

export const schema = z.object({
  issuer: z.string().pipe(issuer).optional(),
  client: z.array(client).default([]),
  "registration-token": z.string().min(1, "must not be empty").optional(),
  "registration-auth": z
    .string()
    .regex(/^[^:]+:.+$/s, "must be USER:PASSWORD")
    .optional(),
  https: z.boolean().default(false),
  fault: faultNames,
  "cross-site": z.boolean().default(false),
  "op-port": port.default(9443),
  "front-port": port.default(8080),
  ports: twoPorts.default([8082, 8083]),
  data: z.string().min(1, "must name a folder").default(".data"),
  fresh: z.boolean().default(false),
  "log-format": commonSettings.LOG_FORMAT.removeDefault().optional(),
  help: z.boolean().default(false),
});

/** Reads the command line. @throws {UsageError} @throws {import("#lib/config/env.ts").ConfigError} */
export function parseOptions(argv: string[], env: Environment): DemoOptions {
  const raw = readFlags(argv, flags, "npm run demo -- --help");
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(describeIssue).join("\n"));
  const values = parsed.data;
  refuseMixtures(raw, values.issuer !== undefined);

  const [playground2, playground3] = values.ports;
  const ports = {
    op: values["op-port"],
    frontDoor: values["front-port"],
    apps: { playground2, playground3 },
  };
  refuseSharedPorts(ports, values.issuer === undefined);
  const log = parseEnvironment(z.object(commonSettings), env);
  return {
    help: values.help,
    issuer: raw.issuer,
    clients: Object.fromEntries(values.client.map(({ name, ...rest }) => [name, rest])),
    registration: authorizationOf(values),
    https: values.https,
    faults: values.fault,
    crossSite: values["cross-site"],
    ports,
    data: values.data,
    fresh: values.fresh,
    LOG_FORMAT: values["log-format"] ?? log.LOG_FORMAT,
    LOG_LEVEL: log.LOG_LEVEL,
  };
}

/** Reads flags without looking at their values.
 * @param help command that lists them
 * @throws {UsageError} */
export function readFlags<T extends ParseArgsOptionsConfig>(argv: string[], options: T, help: string) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: false }).values;
  } catch (error) {
    // Node adds advice about positional arguments, which we have none of: its first sentence says what is wrong.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw new UsageError(`${sentence}. All flags: ${help}`);
  }
}

/** A line about a flag with a wrong value. */
export function describeIssue({ path: [flag], message }: { path: PropertyKey[]; message: string }): string {
  return `--${String(flag)} ${flag === "log-format" ? "must be pretty or json" : message}.`;
}

function refuseMixtures(raw: Record<string, unknown>, ownOp: boolean): void {
  const needIssuer = ["client", "registration-token", "registration-auth"] as const;
  const forEmbedded = ["https", "op-port", "fault"] as const;
  const misplaced = (ownOp ? forEmbedded : needIssuer).find((flag) => raw[flag] !== undefined);
  if (misplaced && ownOp)
    throw new UsageError(`--${misplaced} is for the embedded OP; leave it away with --issuer.`);
  if (misplaced) throw new UsageError(`--${misplaced} is for an OP of yours; name it with --issuer URL.`);
}

function refuseSharedPorts(ports: Ports, embedded: boolean): void {
  const all = [ports.frontDoor, ...Object.values(ports.apps), ...(embedded ? [ports.op] : [])];
  const twice = all.find((each, index) => all.indexOf(each) !== index);
  if (twice !== undefined) {
    throw new UsageError(
      `Port ${twice} is named twice; --op-port, --front-port and --ports must all differ.`,
    );
  }
}

/** How `--registration-token` or `--registration-auth` authorize registration. */
export function authorizationOf(
  values: Pick<z.output<typeof schema>, "registration-token" | "registration-auth">,
): RegistrationAuthorization | undefined {
  const { "registration-token": token, "registration-auth": basic } = values;
  if (token !== undefined) return { token };
  if (basic === undefined) return undefined;
  const colon = basic.indexOf(":");
  return { user: basic.slice(0, colon), password: basic.slice(colon + 1) };
}
