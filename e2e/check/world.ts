/** The clients of one worker: checks that run beside each other never share one. */
import type { AppName } from "#lib/demo/apps.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver, DriverContext, RegisteredClient } from "./driver.ts";
import { type ProbeSettings, RelyingParty } from "./relying-party.ts";

/** The probes: two that users sign in to, one where nobody ever does, and one whose answers a check spoils. */
export const probeNames = ["rp-a", "rp-b", "rp-c", "rp-d"] as const;
export type ProbeName = (typeof probeNames)[number];

export type World = Record<ProbeName, RelyingParty>;

/** Both branches in one run: RP-A asks for `sid`, RP-B leaves it to the OP. */
const metadata: Readonly<Record<ProbeName, NonNullable<ProbeSettings["metadata"]>>> = {
  "rp-a": {},
  "rp-b": { backchannel_logout_session_required: false, frontchannel_logout_session_required: false },
  "rp-c": {},
  "rp-d": {},
};

export interface WorldSettings {
  provider: OpenIdProvider;
  driver: Driver;
  context: DriverContext;
  /** Number of the worker, in the names of its clients. */
  worker: number;
  byHand: ByHand | undefined;
}

/** Clients that were registered by hand, and the first of their ports. */
export interface ByHand {
  clients: Partial<Record<ProbeName | AppName, RegisteredClient>>;
  port: number;
}

/** On plain http no cookie crosses sites (`SameSite=None` needs `Secure`): there the probes are on `localhost` like the
 * OP. Otherwise each has a host of its own. */
export const probeHost = (name: string, issuer: string): string =>
  new URL(issuer).protocol === "http:" ? "localhost" : `${name}.localhost`;

/** Starts the probes and registers them. */
export async function createWorld(settings: WorldSettings): Promise<World> {
  const { provider, worker, byHand } = settings;
  const probes = probeNames.map(
    (name, index) =>
      new RelyingParty({
        name: `${name}-${worker}`,
        host: probeHost(name, provider.issuer),
        ...(byHand ? { port: byHand.port + index } : {}),
        provider,
        metadata: metadata[name],
      }),
  );
  await Promise.all(probes.map((probe) => probe.recorder.listen()));
  for (const [index, probe] of probes.entries()) {
    const given = byHand?.clients[probeNames[index] as ProbeName];
    probe.client = given ?? (await register(probe, settings));
  }
  return Object.fromEntries(probeNames.map((name, index) => [name, probes[index]])) as World;
}

async function register(probe: RelyingParty, { driver, context }: WorldSettings): Promise<RegisteredClient> {
  if (!driver.register)
    throw new CannotRun(`The driver ${driver.name} registers no clients: pass --client for each.`);
  return driver.register(probe.metadata, context).catch((error: Error) => {
    throw new CannotRun(`${probe.name} could not be registered: ${error.message}`);
  });
}

/** Removes the clients where the OP lets it, and ends the probes. */
export const closeWorld = async (world: World): Promise<void> => {
  const probes = Object.values(world);
  await Promise.allSettled(probes.map(({ client }) => client.remove?.()));
  await Promise.all(probes.map(({ recorder }) => recorder.close()));
};

/** The run cannot take place; the message is one line that says what to do. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}
