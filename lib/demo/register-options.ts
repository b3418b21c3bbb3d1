/** The flags of `slo-playground register`. */
import { z } from "zod";
import { defaultMethod, type Encryption, encryptionAlgorithms, encryptionMethods } from "#lib/oidc/jwe.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { type AppName, appNames, type Ports } from "./apps.ts";
import {
  authorizationOf,
  flags as demoFlags,
  schema as demoSchema,
  describeIssue,
  readFlags,
  UsageError,
} from "./options.ts";

export interface RegisterOptions {
  help: boolean;
  /** An OP of the user's own; the embedded one where absent. */
  issuer: string | undefined;
  /** The embedded OP is on https. */
  https: boolean;
  apps: readonly AppName[];
  authorization: RegistrationAuthorization | undefined;
  encryption: Encryption | undefined;
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
  --registration-token TOKEN    initial access token for dynamic registration
  --registration-auth USER:PW   the same by HTTP Basic authentication
  --encrypt ALG[:ENC]           ask for encrypted ID Tokens, such as RSA-OAEP:A256GCM
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
  encrypt: { type: "string" },
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
    encrypt: encryption.optional(),
    app: z.array(z.enum(appNames, `must be ${appNames.join(" or ")}`)).optional(),
    json: z.boolean().default(false),
    strict: z.boolean().default(false),
  });

/** Reads the command line. @throws {UsageError} */
export function parseRegisterOptions(argv: string[]): RegisterOptions {
  const raw = readFlags(argv, flags, "slo-playground register --help");
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(describeIssue).join("\n"));
  const { help, https, data, json, strict, encrypt, app, ports, ...values } = parsed.data;
  for (const flag of ["https", "op-port"] as const) {
    if (raw.issuer !== undefined && raw[flag] !== undefined)
      throw new UsageError(`--${flag} is for the embedded OP; leave it away with --issuer.`);
  }
  const [playground2, playground3] = ports;
  return {
    help,
    // As the user wrote it: issuers are compared to the byte.
    issuer: raw.issuer,
    https,
    apps: appNames.filter((name) => app?.includes(name) ?? true),
    authorization: authorizationOf(values),
    encryption: encrypt,
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
