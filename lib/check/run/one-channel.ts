/** Where a client has one logout channel: clients for the checks of the channel that the usual ones were not given. */

import { CannotRun } from "#lib/cli/errors.ts";
import { has } from "../model/capabilities.ts";
import { type Channel, channels, logoutUri } from "../model/channels.ts";
import type { Check } from "../model/check.ts";
import { closeWorld, createWorld, type World, type WorldSettings } from "../probe/probe-set.ts";

export interface OneChannelWorlds {
  /** The clients for a check: those of its worker, or others that ask for one channel alone. */
  worldFor(check: Check, world: World): Promise<World>;
  close(): Promise<void>;
}

type Settings = Omit<WorldSettings, "worker" | "only"> & { metadata: Parameters<typeof has>[0]["metadata"] };

/** Registers such clients when a check first needs them, for each worker its own.
 * @param worlds of the workers, in their order */
export function oneChannelWorlds(settings: Settings, worlds: readonly World[]): OneChannelWorlds {
  const made = new Map<string, Promise<World>>();
  return {
    worldFor(check, world) {
      const only = settings.byHand ? undefined : lacking(settings, check, world);
      if (!only) return Promise.resolve(world);
      const worker = worlds.indexOf(world) + 1;
      const key = `${worker} ${only}`;
      // Where they cannot be had, the check says what the usual ones lack.
      const making =
        made.get(key) ??
        createWorld({ ...settings, worker, only }).catch((error: unknown) => {
          if (error instanceof CannotRun) return world;
          throw error;
        });
      made.set(key, making);
      return making;
    },
    async close() {
      const all = await Promise.all(made.values());
      await Promise.all(all.filter((world) => !worlds.includes(world)).map(closeWorld));
    },
  };
}

/** The one channel that the check needs, if the OP has it and these clients do not. */
function lacking(settings: Settings, { needs }: Check, world: World): Channel | undefined {
  const needed = channels.filter((channel) => needs.includes(channel));
  const [only] = needed;
  if (!settings.driver.oneChannelPerClient || needed.length !== 1 || !only) return undefined;
  const { missing } = world["rp-a"].client;
  return has(settings, only) && missing.includes(logoutUri[only]) ? only : undefined;
}
