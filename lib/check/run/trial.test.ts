import assert from "node:assert/strict";
import { it } from "node:test";
import type { ProbeSet } from "../probe/probe-set.ts";
import { Trial, type TrialSettings } from "./trial.ts";

it("counts the probes of its own, for one channel, among those of the whole run", () => {
  const [first, second, own] = ["1", "2", "1-back-channel"].map((name) => ({ name }) as unknown as ProbeSet);
  const probeSetsWith = (probeSet: ProbeSet | undefined) =>
    new Trial({ probeSet, probeSets: [first, second], users: {}, driver: {} } as unknown as TrialSettings)
      .probeSets;
  assert.deepEqual(probeSetsWith(own), [first, second, own]);
  assert.deepEqual(probeSetsWith(second), [first, second]);
});
