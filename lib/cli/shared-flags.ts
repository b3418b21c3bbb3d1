/** Flags that several commands share, with the same meaning in each. */
import { z } from "zod";
import { type AppName, appNames, apps, defaultPorts, type Ports, perApp } from "#lib/config/apps.ts";
import { discoveryPath } from "#lib/net/discovery-url.ts";
import { templateProblem } from "#lib/oidc/issuer-template.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { problemWith } from "#lib/op/faults/catalogue.ts";
import { UsageError } from "./errors.ts";
import type { Flag, FlagTable } from "./flags.ts";

/** Not normalised: issuers are compared byte for byte. */
export const issuerUrl = z
  .string()
  .refine(
    (url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""),
    "not an absolute http or https URL; write the issuer exactly as its discovery document does",
  )
  .refine((url) => !templateProblem(url), {
    error: ({ input }) => templateProblem(input) ?? "",
  })
  .refine((url) => !url.endsWith(discoveryPath), {
    error: `this is the discovery document; omit ${discoveryPath} to name the issuer`,
  });

const notEmpty = (what: string) => z.string().min(1, `empty; give a ${what}`);
export const file = notEmpty("file");
export const folder = notEmpty("folder");

/** `NAME:PASSWORD`; the password may have colons. */
export const credentials = z
  .string()
  .regex(/^[^:]+:.+$/s, "not NAME:PASSWORD; put a colon between the two")
  .transform((text) => {
    const colon = text.indexOf(":");
    return { name: text.slice(0, colon), password: text.slice(colon + 1) };
  });

/** One of these words. */
export const oneOf = <const T extends readonly string[]>(words: T) =>
  z.enum(words, { error: ({ input }) => `${input} is unknown; choose ${alternatives(words)}` });

/** `a, b or c` */
export const alternatives = (words: readonly string[]): string =>
  [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(" or ");

/** A whole number within these bounds, both included. */
export const wholeNumber = (least: number, most: number) => {
  const wrong = `not a whole number from ${least} to ${most}; give one`;
  return z
    .string()
    .regex(/^\d+$/, wrong)
    .transform(Number)
    .refine((number) => number >= least && number <= most, wrong);
};

const noPort = "not a port number; give one from 1 to 65535";
const port = z
  .string()
  .regex(/^\d+$/, noPort)
  .transform(Number)
  .refine((number) => number >= 1 && number <= 65535, noPort);

/** A port for each app, in their order. */
const appPorts = z
  .string()
  .transform((text) => text.split(","))
  .refine((ports) => ports.length === apps.length, {
    error: ({ input }) =>
      `${(input as string[]).length} given for ${apps.length} apps; give one for each, such as ${example}`,
  })
  .pipe(z.array(port))
  .transform((ports) => perApp((_, index) => ports[index] as number));

const portsOf = (own: (port: number) => number): string => apps.map(({ port: each }) => own(each)).join(",");
const example = portsOf((each) => each + 100);

/** `NAME=ID[:SECRET]` */
interface NamedClient<Name extends string = string> {
  name: Name;
  id: string;
  secret?: string;
}

/** `NAME=ID[:SECRET]` for these names; a colon in an ID is written %3A. */
export const namedClient = <const Names extends readonly string[]>(names: Names) =>
  z
    .string()
    .regex(
      new RegExp(`^(${names.join("|")})=[^:]+(:.+)?$`, "s"),
      `not NAME=ID or NAME=ID:SECRET; NAME is ${alternatives(names)}`,
    )
    .transform((text): NamedClient<Names[number]> => {
      const [, name = "", id = "", secret] = /^([^=]+)=([^:]+)(?::(.+))?$/s.exec(text) ?? [];
      return { name, id: id.replaceAll(/%3a/gi, ":"), ...(secret !== undefined && { secret }) };
    });

/** The `--client` value for this client. */
export const clientFlag = ({ name, id, secret }: NamedClient): string =>
  `${name}=${id.replaceAll(":", "%3A")}${secret === undefined ? "" : `:${secret}`}`;

const fault = z.string().superRefine((name, context) => {
  const problem = problemWith([name]);
  if (problem) context.addIssue(problem);
});

/** The name of an app. */
export const appName = oneOf(appNames);

/** The flag with another help text, for a command that has more to say about it. */
export const withHelp = <F extends Flag>(flag: F, help: string): F => ({ ...flag, help });

export const sharedFlags = {
  issuer: {
    value: "URL",
    schema: issuerUrl,
    help: "the OpenID Provider; default: the embedded one",
  },
  admin: {
    value: "NAME:PASSWORD",
    schema: credentials,
    help: "an administrator of the product, whose API then registers clients and ends sessions",
  },
  "registration-token": {
    value: "TOKEN",
    schema: notEmpty("token"),
    help: "initial access token for dynamic registration (RFC 7591)",
  },
  "registration-auth": {
    value: "NAME:PASSWORD",
    schema: credentials,
    help: "HTTP Basic authentication for dynamic registration",
  },
  client: {
    value: "NAME=ID[:SECRET]",
    schema: namedClient(appNames),
    repeatable: true,
    help: `a client registered at --issuer, for ${alternatives(appNames)}`,
  },
  ca: {
    value: "FILE",
    schema: file,
    help: "PEM file of a certificate, or its authority, to trust besides the usual ones",
  },
  https: { help: "the embedded OP is on https with a self-signed certificate" },
  fault: {
    value: "NAME",
    schema: fault,
    repeatable: true,
    help: "break the embedded OP on purpose; its page /faults lists the names",
  },
  "op-port": { value: "N", schema: port, default: `${defaultPorts.op}`, help: "port of the embedded OP" },
  "front-port": {
    value: "N",
    schema: port,
    default: `${defaultPorts.frontDoor}`,
    help: "port of the front door",
  },
  ports: {
    value: "N,...",
    schema: appPorts,
    default: portsOf((each) => each),
    help: `ports of ${appNames.join(", ")}, in this order`,
  },
  "cross-site": {
    help: `each app at a host of its own, such as http://${appNames[0]}.localhost:8080/${appNames[0]}: a separate site to browsers, to show what third-party cookies do`,
  },
  data: {
    value: "DIR",
    schema: folder,
    default: ".data",
    help: "where keys, clients and sessions are kept",
  },
  json: { help: "the result as JSON" },
} as const satisfies FlagTable;

interface PortValues {
  "op-port": number;
  "front-port": number;
  ports: Record<AppName, number>;
}

/** The ports that these flags choose. */
export const portsIn = (values: PortValues): Ports => ({
  op: values["op-port"],
  frontDoor: values["front-port"],
  apps: values.ports,
});

/** How dynamic registration is authorized. */
export function authorizationOf(values: {
  "registration-token": string | undefined;
  "registration-auth": { name: string; password: string } | undefined;
}): RegistrationAuthorization | undefined {
  const { "registration-token": token, "registration-auth": basic } = values;
  if (token !== undefined) return { token };
  return basic && { user: basic.name, password: basic.password };
}

/** Refuses flags of the embedded OP with `--issuer`, and flags of an OP of the user's own without it.
 * @throws {UsageError} */
export function refuseMisplaced<Name extends string>(
  has: (flag: Name | "issuer") => boolean,
  { forEmbedded, forIssuer }: { forEmbedded: readonly Name[]; forIssuer: readonly Name[] },
): void {
  const named = has("issuer");
  const misplaced = (named ? forEmbedded : forIssuer).find((flag) => has(flag));
  if (misplaced === undefined) return;
  throw new UsageError(
    named
      ? `--${misplaced}: only for the embedded OP; omit it with --issuer.`
      : `--${misplaced}: only for your own OP; name it with --issuer URL.`,
  );
}
