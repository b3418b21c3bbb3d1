import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { appNames, perApp } from "#lib/config/apps.ts";
import { parseOptions } from "./options.ts";
import { opPlan, rpPlan } from "./plans.ts";

describe("the processes of the demo", () => {
  const secrets = perApp(() => "s".repeat(32));
  const state = { sessionSecrets: secrets, clientSecrets: secrets, registrations: [] };
  const environmentsFor = (argv: string[], env = {}) => {
    const setting = { options: parseOptions(argv, {}), state, env };
    const plans = appNames.map((name) => rpPlan(name, { id: name }, setting, secrets[name]));
    return [opPlan(setting), ...plans].map((plan) => plan.env);
  };

  it("all replace a bad store with --replace-bad-store, or if the environment says so", () => {
    const values = (...given: Parameters<typeof environmentsFor>) => [
      ...new Set(environmentsFor(...given).map((env) => env.REPLACE_BAD_STORE)),
    ];
    assert.deepEqual(values(["--replace-bad-store"]), ["true"]);
    assert.deepEqual(values([], { REPLACE_BAD_STORE: "true" }), ["true"]);
    assert.deepEqual(values([]), [undefined]);
  });
});
