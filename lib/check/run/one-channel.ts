/** For OPs whose clients have only one logout channel: clients for the checks of the channel that the usual ones lack. */
import { CannotRun } from "#lib/cli/errors.ts";
import { has } from "../model/capabilities.ts";
import { type Channel, channels, logoutUri } from "../model/channels.ts";
import { closeProbeSet, createProbeSet, type ProbeSet, type ProbeSetSettings } from "../probe/probe-set.ts";
import type { Check } from "./check.ts";

interface OneChannelProbeSets {
  /** The probes for a check: those of its worker, or others that ask for one channel only. */
  probeSetFor(check: Check, probeSet: ProbeSet): Promise<ProbeSet>;
  close(): Promise<void>;
}

type Settings = Omit<ProbeSetSettings, "worker" | "only"> & {
  metadata: Parameters<typeof has>[0]["metadata"];
};

/** Registers such clients for each worker when a check first needs them.
 * @param probeSets of the workers, in order */
export function oneChannelProbeSets(settings: Settings, probeSets: readonly ProbeSet[]): OneChannelProbeSets {
  const made = new Map<string, Promise<ProbeSet>>();
  return {
    probeSetFor(check, probeSet) {
      const only = settings.byHand ? undefined : lacking(settings, check, probeSet);
      if (!only) return Promise.resolve(probeSet);
      const worker = probeSets.indexOf(probeSet) + 1;
      const key = `${worker} ${only}`;
      // Without them, the check reports what the usual ones lack.
      const making =
        made.get(key) ??
        createProbeSet({ ...settings, worker, only }).catch((error: unknown) => {
          if (error instanceof CannotRun) return probeSet;
          throw error;
        });
      made.set(key, making);
      return making;
    },
    async close() {
      const all = await Promise.all(made.values());
      await Promise.all(all.filter((probeSet) => !probeSets.includes(probeSet)).map(closeProbeSet));
    },
  };
}

/** The only channel that the check needs, if the OP has it and these clients lack it. */
function lacking(settings: Settings, { needs }: Check, probeSet: ProbeSet): Channel | undefined {
  const needed = channels.filter((channel) => needs.includes(channel));
  const [only] = needed;
  if (!settings.driver.oneChannelPerClient || needed.length !== 1 || !only) return undefined;
  const { missing } = probeSet["rp-a"].client;
  return has(settings, only) && missing.includes(logoutUri(only)) ? only : undefined;
}
