/** The flags of `slo-playground register`. */
import { z } from "zod";
import { type AppName, appNames, type Ports } from "#lib/config/apps.ts";
import {
  authorizationOf,
  flags as demoFlags,
  schema as demoSchema,
  describeIssue,
  readFlags,
  UsageError,
} from "#lib/demo/options.ts";
import { defaultMethod, type Encryption, encryptionAlgorithms, encryptionMethods } from "#lib/oidc/jwe.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { type ProductName, productNames } from "#lib/products/index.ts";

const driverNames = ["auto", ...productNames] as const;
type DriverName = "auto" | ProductName;

export interface RegisterOptions {
  help: boolean;
  driver: DriverName;
  /** An OP of the user's own; the embedded one where absent. */
  issuer: string | undefined;
  /** The embedded OP is on https. */
  https: boolean;
  apps: readonly AppName[];
  authorization: RegistrationAuthorization | undefined;
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

export const registerUsage = `Usage: slo-playground register [flags]

Registers playground2 and playground3 at an OpenID Provider, with every logout field, and says of each field whether
it was accepted, changed, ignored or refused. The clients are remembered: npm run demo uses them from its next start on,
with the same --issuer and ports.

  --issuer URL                  the OpenID Provider; without it the demo's own, which must be running
  --driver NAME                 auto, by the discovery document (default); wso2, keycloak, glewlwyd; generic: dynamic
                                registration at any OpenID Provider; embedded: no request, --env-dir gets what the
                                embedded OpenID Provider registers when it starts
  --registration-token TOKEN    initial access token for dynamic registration
  --registration-auth USER:PW   the same by HTTP Basic authentication; wso2, keycloak and glewlwyd: an
                                administrator, for the server's own API, which sets more (and with wso2 and keycloak
                                updates the client that exists)
  --encrypt ALG[:ENC]           dynamic registration: ask for encrypted ID Tokens, such as RSA-OAEP:A256GCM
  --public                      wso2 and keycloak: a public client NAME-public for each app, too
  --wait SECONDS                wait for a server that is still starting (0)
  --ca FILE                     trust this certificate, or authority, besides the usual ones (PEM)
  --trust-first-use FILE        where FILE does not exist: read the server's certificate, say its fingerprint, keep
                                it there; then trust FILE, as the apps do with CA_FILE
  --env-dir DIR                 write NAME.env for node --env-file: OP_ISSUER, the client, CA_FILE, RP_SECRET
  --app NAME                    playground2 or playground3 alone (repeatable)
  --https, --op-port N          the demo's own OpenID Provider as it was started (9443)
  --front-port N, --ports N,N   where the apps answer (8080 and 8082,8083)
  --cross-site                  the apps as npm run demo -- --cross-site has them, each at a host of its own
  --data DIR                    where the clients are remembered (.data)
  --json                        the report as JSON
  --strict                      exit code 1 unless every field was accepted
  --help                        this text

Exit code 0: registered; 1: registered, but --strict found a field that was not accepted; 2: not registered.
`;

const flags = {
  issuer: demoFlags.issuer,
  "registration-token": demoFlags["registration-token"],
  "registration-auth": demoFlags["registration-auth"],
  driver: { type: "string" },
  encrypt: { type: "string" },
  public: { type: "boolean" },
  wait: { type: "string" },
  ca: { type: "string" },
  "trust-first-use": { type: "string" },
  "env-dir": { type: "string" },
  app: { type: "string", multiple: true },
  https: demoFlags.https,
  "op-port": demoFlags["op-port"],
  "front-port": demoFlags["front-port"],
  ports: demoFlags.ports,
  "cross-site": demoFlags["cross-site"],
  data: demoFlags.data,
  json: { type: "boolean" },
  strict: { type: "boolean" },
  help: demoFlags.help,
} as const;

const ENCRYPT = `must be ALG or ALG:ENC, where ALG is one of ${encryptionAlgorithms.join(", ")} and ENC one of ${encryptionMethods.join(", ")}`;

const encryption = z
  .string()
  .transform((text) => text.split(":"))
  .pipe(
    z.union(
      [
        z.tuple([z.enum(encryptionAlgorithms)]),
        z.tuple([z.enum(encryptionAlgorithms), z.enum(encryptionMethods)]),
      ],
      ENCRYPT,
    ),
  )
  .transform(([alg, enc = defaultMethod]) => ({ alg, enc }));

const file = z.string().min(1, "must name a file");

const schema = demoSchema
  .pick({
    issuer: true,
    "registration-token": true,
    "registration-auth": true,
    https: true,
    "op-port": true,
    "front-port": true,
    ports: true,
    "cross-site": true,
    data: true,
    help: true,
  })
  .extend({
    driver: z.enum(driverNames, `must be one of ${driverNames.join(", ")}`).default("auto"),
    encrypt: encryption.optional(),
    public: z.boolean().default(false),
    wait: z
      .string()
      .regex(/^\d{1,4}$/, "must be a number of seconds, at most 9999")
      .transform(Number)
      .default(0),
    ca: file.optional(),
    "trust-first-use": file.optional(),
    "env-dir": z.string().min(1, "must name a folder").optional(),
    app: z.array(z.enum(appNames, `must be ${appNames.join(" or ")}`)).optional(),
    json: z.boolean().default(false),
    strict: z.boolean().default(false),
  });

/** Reads the command line. @throws {UsageError} */
export function parseRegisterOptions(argv: string[]): RegisterOptions {
  const raw = readFlags(argv, flags, "slo-playground register --help");
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(describeIssue).join("\n"));
  const { help, driver, https, data, json, strict, encrypt, app, ports, wait, ca, ...values } = parsed.data;
  if (!help) refuseMixtures(raw, driver);
  const [playground2, playground3] = ports;
  return {
    help,
    driver,
    // As the user wrote it: issuers are compared to the byte.
    issuer: raw.issuer,
    https,
    apps: appNames.filter((name) => app?.includes(name) ?? true),
    authorization: authorizationOf(values),
    encryption: encrypt,
    // The embedded OP has them anyway.
    public: values.public || driver === "embedded",
    wait,
    ca,
    trustFirstUse: values["trust-first-use"],
    envDir: values["env-dir"],
    ports: {
      op: values["op-port"],
      frontDoor: values["front-port"],
      apps: { playground2, playground3 },
    },
    crossSite: values["cross-site"],
    data,
    json,
    strict,
  };
}

type Flag = keyof typeof flags;

const driversForIssuer = driverNames.filter((name) => name !== "embedded");

/** Flags that mean something to some drivers only. */
const onlyFor: Partial<Record<Flag, readonly DriverName[]>> = {
  encrypt: ["auto", "generic"],
  strict: ["auto", "generic"],
  public: ["wso2", "keycloak"],
  issuer: driversForIssuer,
  "registration-auth": driversForIssuer,
  "registration-token": driversForIssuer,
};

const needIssuer = ["wait", "ca", "trust-first-use"] as const;
const needEmbedded = ["https", "op-port"] as const;

function refuseMixtures(raw: Partial<Record<Flag, unknown>>, driver: DriverName): void {
  const has = (flag: Flag) => raw[flag] !== undefined;
  const foreign = (Object.keys(onlyFor) as Flag[]).find(
    (flag) => has(flag) && !onlyFor[flag]?.includes(driver),
  );
  if (foreign) throw new UsageError(`--${foreign} is for --driver ${onlyFor[foreign]?.join(" or ")}.`);
  if (driver === "embedded" && !has("env-dir"))
    throw new UsageError("--driver embedded writes files: name their folder with --env-dir.");
  if (driver === "wso2" || driver === "keycloak") {
    if (!has("issuer"))
      throw new UsageError(`--driver ${driver} is for an OP of yours; name it with --issuer URL.`);
    if (!has("registration-auth") && !has("registration-token"))
      throw new UsageError(`--driver ${driver} needs an administrator: --registration-auth USER:PASSWORD.`);
  }
  const misplaced = (has("issuer") ? needEmbedded : needIssuer).find(has);
  if (misplaced && has("issuer"))
    throw new UsageError(`--${misplaced} is for the embedded OP; leave it away with --issuer.`);
  if (misplaced) throw new UsageError(`--${misplaced} is for an OP of yours; name it with --issuer URL.`);
  if (has("ca") && has("trust-first-use"))
    throw new UsageError("--ca and --trust-first-use exclude each other.");
  if (has("trust-first-use") && !String(raw.issuer).startsWith("https:"))
    throw new UsageError("--trust-first-use is for an issuer on https.");
}
