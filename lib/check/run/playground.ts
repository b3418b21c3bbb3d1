/** The real apps of the playground for the walkthrough: the demo, started against the OP that is checked. */
import { clientFlag } from "#lib/cli/shared-flags.ts";
import { type AppName, appNames, hostOf, localOrigin } from "#lib/config/apps.ts";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { freePort } from "#lib/net/free-port.ts";
import { clientMetadata } from "#lib/oidc/client-metadata.ts";
import type { Driver, DriverContext, RegisteredClient } from "#lib/products/driver.ts";
import { type ByHand, probeNames } from "../probe/probe-set.ts";

export type Playground = Pick<DemoProcess, "apps" | "stop">;

/** The apps of a run, started when a check first needs them; a text says why there are none. */
export type LazyPlayground = () => Promise<Playground | string>;

export interface PlaygroundSettings {
  driver: Driver;
  context: DriverContext;
  byHand: ByHand | undefined;
  /** PEM file of an additional CA for the apps to trust. */
  ca: string | undefined;
}

/** The port of the front door if clients are registered by hand: the one after those of the probes. */
export const frontDoorByHand = ({ port }: Pick<ByHand, "port">): number => port + probeNames.length;

/** The addresses of an app behind this front door. If the OP is on https, the apps have their own hosts like the probes. */
function appAddresses(name: AppName, issuer: string, port: number) {
  const path = `/${name}`;
  const serverUrl = localOrigin(port) + path;
  return {
    base: isCrossSite(issuer) ? localOrigin(port, "http", hostOf(name)) + path : serverUrl,
    serverUrl,
  };
}

/** The client metadata of an app. */
export function appMetadata(
  name: AppName,
  { issuer, metadata }: Pick<DriverContext, "issuer" | "metadata">,
  port: number,
) {
  const { base, serverUrl } = appAddresses(name, issuer, port);
  return clientMetadata({ name, baseUrls: [base], serverUrl }, metadata);
}

const isCrossSite = (issuer: string): boolean => new URL(issuer).protocol === "https:";

/** Registers the apps unless they were registered by hand, and starts them. They must have been built. */
export async function startPlayground(settings: PlaygroundSettings): Promise<Playground> {
  const { context, byHand, ca } = settings;
  const { issuer } = context;
  const front = byHand ? frontDoorByHand(byHand) : await freePort();
  const clients: RegisteredClient[] = [];
  const remove = async () => void (await Promise.allSettled(clients.map((client) => client.remove?.())));
  try {
    for (const name of appNames) clients.push(await clientFor(name, settings, front));
    const flags = clients.flatMap(({ clientId: id, clientSecret: secret }, index) => [
      "--client",
      clientFlag({ name: String(appNames[index]), id, ...(secret !== undefined && { secret }) }),
    ]);
    for (const name of appNames) context.apps?.add(new URL(appAddresses(name, issuer, front).base).origin);
    const demo = await startDemo({
      front,
      flags: [
        ...["--issuer", issuer, ...(isCrossSite(issuer) ? ["--cross-site"] : [])],
        ...(ca === undefined ? [] : ["--ca", ca]),
        ...flags,
      ],
    });
    const stop = async () => {
      await demo.stop();
      await remove();
    };
    return { apps: demo.apps, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function clientFor(
  name: AppName,
  { driver, context, byHand }: PlaygroundSettings,
  front: number,
): Promise<RegisteredClient> {
  const client = byHand
    ? byHand.clients[name]
    : await driver.register?.(appMetadata(name, context, front), context);
  if (!client) throw new Error(`no client for ${name}`);
  return client;
}
