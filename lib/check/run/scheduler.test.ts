/** The results of checks for every way in which they can end. None of them needs a browser. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { CheckResult } from "../model/check.ts";
import type { Check } from "./check.ts";
import { runChecks, type SchedulerSettings } from "./scheduler.ts";

const issuer = "https://op.example";

async function resultOf(run: Check["run"]): Promise<CheckResult | undefined> {
  const metadata = { issuer };
  const [result] = await runChecks({
    provider: new OpenIdProvider(issuer, { fetch: fetch as Fetch, now: Date.now }),
    ...{ metadata, cookieModes: ["cookies-allowed"], headed: false, workers: 1, byHand: undefined },
    driver: { name: "none", register: async () => ({ clientId: "c", missing: [] }) },
    context: { issuer, metadata, admin: undefined, fetch },
    users: { alice: { name: "alice", password: "alice" }, bob: { name: "bob", password: "bob" } },
    checks: [{ id: "R-91", title: "", clause: "", severity: "high", needs: [], run }],
    browsers: {},
    playground: async () => "It is not needed here.",
    onStart: () => {},
    onResult: () => {},
  } as unknown as SchedulerSettings);
  return result;
}

describe("a check", () => {
  it("fails by its report", async () => {
    const result = await resultOf(async (t) => t.report.fail("No logout token came."));
    assert.deepEqual(
      [result?.verdict, result?.reason, result?.gaveUp],
      ["fail", "No logout token came.", undefined],
    );
  });

  it("that cannot go on fails and is given up", async () => {
    const result = await resultOf(async () => {
      throw new TypeError("no frame at https://op.example/logout?id_token_hint=x");
    });
    const reason = "The check could not continue: TypeError: no frame at https://op.example/logout";
    assert.deepEqual([result?.verdict, result?.reason, result?.gaveUp], ["fail", reason, true]);
  });

  it("that does not end fails and is given up", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const result = await resultOf(async (t) => {
      t.report.note("the first step", "");
      queueMicrotask(() => context.mock.timers.tick(300_000));
      await new Promise(() => {});
    });
    const reason = "It took longer than 300 s; last note: the first step.";
    assert.deepEqual([result?.verdict, result?.reason, result?.gaveUp], ["fail", reason, true]);
  });
});
