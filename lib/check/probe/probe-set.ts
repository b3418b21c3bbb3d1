/** The probes of one worker: checks that run in parallel never share a client. */
import { CannotRun } from "#lib/cli/errors.ts";
import type { AppName } from "#lib/config/apps.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver, DriverContext, RegisteredClient } from "#lib/products/driver.ts";
import { NoRegistration } from "#lib/products/generic/dynamic-registration.ts";
import { type Channel, channels } from "../model/channels.ts";
import { type ProbeSettings, RelyingParty } from "./relying-party.ts";

/** Two probes at which users sign in, one without any sign-in, and one whose answers a check replaces. */
export const probeNames = ["rp-a", "rp-b", "rp-c", "rp-d"] as const;
export type ProbeName = (typeof probeNames)[number];

export type ProbeSet = Record<ProbeName, RelyingParty>;

/** Both cases in one run: RP-A requires `sid`, RP-B leaves it to the OP. */
const metadata: Readonly<Record<ProbeName, NonNullable<ProbeSettings["metadata"]>>> = {
  "rp-a": {},
  "rp-b": { backchannel_logout_session_required: false, frontchannel_logout_session_required: false },
  "rp-c": {},
  "rp-d": {},
};

export interface ProbeSetSettings {
  provider: OpenIdProvider;
  driver: Driver;
  context: DriverContext;
  /** Number of the worker, for the names of its clients. */
  worker: number;
  byHand: ByHand | undefined;
  /** The only channel that its clients ask for; default: both. */
  only?: Channel;
}

/** Clients that were registered by hand, and their first port. */
export interface ByHand {
  clients: Partial<Record<ProbeName | AppName, RegisteredClient>>;
  port: number;
  /** Channels that they were not registered for. */
  without: readonly Channel[];
}

/** On plain http no cookie crosses sites (`SameSite=None` needs `Secure`), so the probes are on `localhost` like the OP.
 * Otherwise each has its own host. */
export const probeHost = (name: string, issuer: string): string =>
  new URL(issuer).protocol === "http:" ? "localhost" : `${name}.localhost`;

interface ProbesSettings {
  /** The first port; default: free ones. */
  port?: number | undefined;
  /** Distinguishes the names of its clients. */
  worker?: number | string;
  serverHost?: string | undefined;
  without?: readonly Channel[] | undefined;
}

/** The probes of one worker, which do not listen yet and have no clients. */
export const probesAt = (
  provider: OpenIdProvider,
  { port, worker = 1, serverHost, without = [] }: ProbesSettings = {},
): RelyingParty[] =>
  probeNames.map(
    (name, index) =>
      new RelyingParty({
        name: `${name}-${worker}`,
        host: probeHost(name, provider.issuer),
        serverHost,
        ...(port === undefined ? {} : { port: port + index }),
        provider,
        metadata: metadata[name],
        without,
      }),
  );

/** The probe sets of all workers, or none of them.
 * @throws {CannotRun} if a port is in use or a client cannot be registered */
export async function createProbeSets(
  settings: Omit<ProbeSetSettings, "worker">,
  workers: number,
): Promise<ProbeSet[]> {
  const making = Array.from({ length: workers }, (_, index) =>
    createProbeSet({ ...settings, worker: index + 1 }),
  );
  const made = await Promise.allSettled(making);
  const failed = made.find((each) => each.status === "rejected");
  const sets = made.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  if (!failed) return sets;
  await Promise.all(sets.map(closeProbeSet));
  throw failed.reason;
}

/** Starts the probes and registers them.
 * @throws {CannotRun} if a port is in use or a client cannot be registered */
export async function createProbeSet(settings: ProbeSetSettings): Promise<ProbeSet> {
  const { provider, worker, byHand, context, only } = settings;
  const without = only ? channels.filter((channel) => channel !== only) : byHand?.without;
  const { serverHost } = context;
  const own = only ? `${worker}-${only}` : worker;
  const probes = probesAt(provider, { port: byHand?.port, worker: own, serverHost, without });
  const probeSet = Object.fromEntries(probeNames.map((name, index) => [name, probes[index]])) as ProbeSet;
  try {
    await Promise.all(probeNames.map((name) => listen(name, probeSet[name])));
    for (const probe of probes) context.apps?.add(new URL(probe.base).origin);
    for (const name of probeNames)
      probeSet[name].client = byHand?.clients[name] ?? (await register(probeSet[name], settings));
  } catch (error) {
    await closeProbeSet(probeSet);
    throw error;
  }
  return probeSet;
}

async function listen(name: ProbeName, { recorder }: RelyingParty): Promise<void> {
  await recorder.listen().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new CannotRun(
      `Port ${recorder.port} of ${name} is in use: stop the process that uses it, or register other ports with --port N.`,
    );
  });
}

async function register(
  probe: RelyingParty,
  { driver, context }: ProbeSetSettings,
): Promise<RegisteredClient> {
  if (!driver.register)
    throw new CannotRun(`The driver ${driver.name} registers no clients: ${byHandAdvice}`);
  return driver.register(probe.metadata, context).catch((error: unknown) => {
    if (error instanceof NoRegistration)
      throw new CannotRun(
        `${context.issuer} declares no registration_endpoint, so clients cannot register themselves: ${byHandAdvice}`,
      );
    if (error instanceof CannotRun) throw error;
    const reason = oneLine(error);
    throw new CannotRun(`${reason} ${refusalAdvice(reason, context)}`);
  });
}

const byHandAdvice =
  "register them by hand (--print-clients says what) and pass each with --client NAME=ID:SECRET.";

/** What to change if an OP refuses the clients of the run: the credentials, or the metadata. */
function refusalAdvice(reason: string, { admin, authorization }: DriverContext): string {
  if (/\bHTTP 4\d\d/.test(reason) && !/\bHTTP 40[13]/.test(reason))
    return `The probes are on http at localhost and *.localhost: allow such addresses, or ${byHandAdvice}`;
  if (authorization !== undefined)
    return "token" in authorization
      ? "Check --registration-token."
      : "Check the name and password of --registration-auth.";
  if (admin) return "Check the name and password of --admin.";
  return `Pass the credentials for registration with --admin, --registration-token or --registration-auth, or ${byHandAdvice}`;
}

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");

/** Removes the clients if the OP allows it, and stops the probes. */
export const closeProbeSet = async (probeSet: ProbeSet): Promise<void> => {
  const probes = Object.values(probeSet);
  await Promise.allSettled(probes.map(({ client }) => client.remove?.()));
  await Promise.all(probes.map(({ recorder }) => recorder.close()));
};
