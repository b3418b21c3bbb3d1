/** What the ready page shows. */
import {
  type AppName,
  addressesOf,
  appNames,
  embeddedIssuer,
  localOrigin,
  type Ports,
} from "#lib/config/apps.ts";
import type { Client } from "#lib/register/registration.ts";
import type { ProcessState } from "./managed-process.ts";
import type { DemoOptions } from "./options.ts";

/** A line of the table of processes. */
export interface Running {
  name: string;
  what: string;
  address: string;
  state: ProcessState;
}

export interface ReadyView {
  issuer: string;
  /** Whether the OP is the embedded one, whose users and sessions page we know. */
  embedded: boolean;
  running: Running[];
  apps: { name: AppName; home: string; ownHome: string; client: string }[];
}

/** @param stateOf a process by its name; `starting` before it exists */
export function readyViewOf(
  options: Pick<DemoOptions, "issuer" | "https" | "ports" | "crossSite">,
  clients: Record<AppName, Client>,
  stateOf: (name: string) => ProcessState,
): ReadyView {
  const { ports, https } = options;
  const issuer = options.issuer ?? embeddedIssuer(ports, https);
  const embedded = options.issuer === undefined;
  const apps = appNames.map((name) => {
    const [home, ownHome] = addressesOf(name, options).baseUrls;
    return { name, home: `${home}/`, ownHome: `${ownHome}/`, client: clients[name].id };
  });
  return {
    issuer,
    embedded,
    apps,
    running: [...(embedded ? [op(issuer, stateOf)] : []), ...relyingParties(apps, ports, stateOf)],
  };
}

const op = (issuer: string, stateOf: (name: string) => ProcessState): Running => ({
  name: "op",
  what: "OpenID Provider",
  address: `${new URL(issuer).origin}/`,
  state: stateOf("op"),
});

const relyingParties = (
  apps: ReadyView["apps"],
  ports: Ports,
  stateOf: (name: string) => ProcessState,
): Running[] => [
  ...apps.map(({ name, ownHome }) => ({
    name,
    what: "Relying Party",
    address: ownHome,
    state: stateOf(name),
  })),
  {
    name: "front door",
    what: "this page, and all apps on one port",
    address: `${localOrigin(ports.frontDoor)}/`,
    state: "ready",
  },
];
