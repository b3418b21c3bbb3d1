/** The flags of `slo-playground doctor`. */
import { z } from "zod";
import { type AppName, appNames, type Ports } from "#lib/config/apps.ts";
import {
  type Client,
  flags as demoFlags,
  schema as demoSchema,
  describeIssue,
  readFlags,
  UsageError,
} from "#lib/demo/options.ts";

export interface DoctorOptions {
  help: boolean;
  /** An OP of the user's own; the embedded one where absent. */
  issuer: string | undefined;
  /** The embedded OP is on https. */
  https: boolean;
  app: AppName;
  /** The app's client there; the one that the demo remembers where absent. */
  client: Client | undefined;
  ports: Ports;
  crossSite: boolean;
  data: string;
  /** PEM file of a certificate authority. */
  ca: string | undefined;
  json: boolean;
}

export const doctorUsage = `Usage: slo-playground doctor [flags]

Examines an OpenID Provider, and whether an app of the playground can work with it: discovery, issuer, TLS, clock,
keys, capabilities, client, callbacks, cookies, back-channel logout. Each finding says why it matters and what to do.

  --issuer URL                  the OpenID Provider; without it the demo's own
  --client ID[:SECRET]          the app's client there; without it the one that the demo uses
  --app NAME                    playground2 (when absent) or playground3
  --https, --op-port N          the demo's own OpenID Provider as it was started (9443)
  --front-port N, --ports N,N   where the apps answer (8080 and 8082,8083)
  --cross-site                  the apps as npm run demo -- --cross-site has them, each at a host of its own
  --ca FILE                     PEM file of a certificate authority to trust besides the usual ones
  --data DIR                    where the demo remembers its clients (.data)
  --json                        the findings as JSON
  --help                        this text

Exit code 0: no problem; 1: problems; 2: nothing could be examined.
`;

const flags = {
  issuer: demoFlags.issuer,
  client: { type: "string" },
  app: { type: "string" },
  https: demoFlags.https,
  "op-port": demoFlags["op-port"],
  "front-port": demoFlags["front-port"],
  ports: demoFlags.ports,
  "cross-site": demoFlags["cross-site"],
  ca: { type: "string" },
  data: demoFlags.data,
  json: { type: "boolean" },
  help: demoFlags.help,
} as const;

const client = z
  .string()
  .regex(/^[^:]+(:.+)?$/s, "must be ID or ID:SECRET")
  .transform((text): Client => {
    const [, id = "", secret] = /^([^:]+)(?::(.+))?$/s.exec(text) ?? [];
    return { id, ...(secret !== undefined && { secret }) };
  });

const schema = demoSchema
  .pick({
    issuer: true,
    https: true,
    "op-port": true,
    "front-port": true,
    ports: true,
    "cross-site": true,
    data: true,
    help: true,
  })
  .extend({
    client: client.optional(),
    app: z.enum(appNames, `must be ${appNames.join(" or ")}`).default("playground2"),
    ca: z.string().min(1, "must name a file").optional(),
    json: z.boolean().default(false),
  });

/** Reads the command line. @throws {UsageError} */
export function parseDoctorOptions(argv: string[]): DoctorOptions {
  const raw = readFlags(argv, flags, "slo-playground doctor --help");
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(describeIssue).join("\n"));
  for (const flag of ["https", "op-port"] as const) {
    if (raw.issuer !== undefined && raw[flag] !== undefined)
      throw new UsageError(`--${flag} is for the embedded OP; leave it away with --issuer.`);
  }
  const { ports, client: named, ca, ...values } = parsed.data;
  const [playground2, playground3] = ports;
  return {
    help: values.help,
    // As the user wrote it: issuers are compared to the byte.
    issuer: raw.issuer,
    https: values.https,
    app: values.app,
    client: named,
    ports: { op: values["op-port"], frontDoor: values["front-port"], apps: { playground2, playground3 } },
    crossSite: values["cross-site"],
    data: values.data,
    ca,
    json: values.json,
  };
}
