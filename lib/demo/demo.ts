/** The demo from start to end. */

import { unlessInterrupted } from "#lib/cli/interruption.ts";
import { trustServer } from "#lib/cli/server-trust.ts";
import { type AppName, appNames, hostOf, localOrigin } from "#lib/config/apps.ts";
import type { Environment } from "#lib/config/env.ts";
import { type Client, clientsAt, embeddedClients, withRegistration } from "#lib/register/registration.ts";
import { dropState, loadState, type SavedState, saveState } from "#lib/register/saved-state.ts";
import { exceptions } from "#lib/register/view.ts";
import { type FrontDoor, openFrontDoor } from "./front-door.ts";
import type { ProcessPlan } from "./managed-process.ts";
import type { DemoOptions } from "./options.ts";
import type { Output } from "./output.ts";
import { opPlan, rpPlan } from "./plans.ts";
import { createProcessGroup, type ProcessGroup, runProcesses } from "./process-group.ts";
import { readyViewOf } from "./ready-view.ts";

interface Demo {
  options: DemoOptions;
  /** The environment that the processes inherit. */
  env: Environment;
  output: Output;
  /** Ends the demo. */
  signal: AbortSignal;
}

type Clients = Record<AppName, Client>;

/** Runs the demo until `signal` ends it.
 * @throws {import("#lib/cli/interruption.ts").Interrupted} if that comes before it starts its processes
 * @throws {import("#lib/cli/errors.ts").CannotRun} if it cannot start or continue */
export async function runDemo(demo: Demo): Promise<void> {
  const { options, output, signal } = demo;
  if (options.fresh) await dropState(options.data);
  const state = await loadState(options.data);
  const clients = await unlessInterrupted(signal, findClients(demo, state));

  const group = createProcessGroup(output);
  const frontDoor = await open(options, clients, group);
  try {
    await runProcesses(group, plansOf(demo, state, clients), signal, () =>
      output.announce(`Ready: ${localOrigin(options.ports.frontDoor)}/`),
    );
  } finally {
    await frontDoor.close();
  }
}

async function findClients({ options, output }: Demo, state: SavedState): Promise<Clients> {
  const { issuer, ca } = options;
  if (issuer === undefined) return embeddedClients(options, state);
  const say = output.announce;
  await trustServer({ issuer, ca, trustFirstUse: undefined }, { deadline: 0, say });
  const said = new Set<string>();
  return clientsAt({ ...options, issuer }, state.registrations, (registration, report) => {
    for (const line of exceptions(report, said)) output.say(registration.name, line);
    state.registrations = withRegistration(state.registrations, registration);
    return saveState(options.data, state);
  });
}

function open(options: DemoOptions, clients: Clients, group: ProcessGroup): Promise<FrontDoor> {
  const { ports } = options;
  return openFrontDoor({
    port: ports.frontDoor,
    hosts: options.crossSite ? appNames.map(hostOf) : [],
    upstreams: appNames.map((name) => ({ name, port: ports.apps[name], state: () => group.stateOf(name) })),
    view: () => readyViewOf(options, clients, (name) => group.stateOf(name)),
  });
}

/** The OpenID Provider first: it makes the certificate that the apps trust, and they read its discovery document. */
function plansOf(demo: Demo, state: SavedState, clients: Clients): ProcessPlan[][] {
  const setting = { ...demo, state };
  const apps = appNames.map((name) => rpPlan(name, clients[name], setting, state.sessionSecrets[name]));
  return demo.options.issuer === undefined ? [[opPlan(setting)], apps] : [apps];
}
