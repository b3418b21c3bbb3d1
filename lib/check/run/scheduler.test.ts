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
  const [result] = await runChecks(settingsFor([{ ...check, run }]));
  return result;
}

const check = { id: "R-91", title: "", clause: "", severity: "high", needs: [] } as const;

function settingsFor(checks: readonly Check[], more: Partial<SchedulerSettings> = {}): SchedulerSettings {
  const metadata = { issuer };
  return {
    provider: new OpenIdProvider(issuer, { fetch: fetch as Fetch, now: Date.now }),
    ...{ metadata, cookieModes: ["cookies-allowed"], headed: false, workers: 1, byHand: undefined },
    driver: { name: "none", register: async () => ({ clientId: "c", missing: [] }) },
    context: { issuer, metadata, admin: undefined, fetch },
    users: { alice: { name: "alice", password: "alice" }, bob: { name: "bob", password: "bob" } },
    checks,
    browsers: {},
    playground: async () => "It is not needed here.",
    onStart: () => {},
    onResult: () => {},
    ...more,
  } as unknown as SchedulerSettings;
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

describe("a run in both cookie modes", () => {
  it("tries a check in one mode after the other, and other checks meanwhile", async () => {
    const running = new Map<string, number>();
    const begun = new Map([
      ["R-91", Promise.withResolvers<void>()],
      ["R-92", Promise.withResolvers<void>()],
    ]);
    const order: string[] = [];
    const checkOf = (id: string, other: string): Check => ({
      ...{ ...check, id },
      eachCookieMode: true,
      run: async (t) => {
        order.push(`${id} ${t.cookieMode}`);
        running.set(id, (running.get(id) ?? 0) + 1);
        assert.equal(running.get(id), 1);
        begun.get(id)?.resolve();
        await begun.get(other)?.promise;
        running.set(id, 0);
      },
    });
    const checks = [checkOf("R-91", "R-92"), checkOf("R-92", "R-91")];
    const results = await runChecks(
      settingsFor(checks, { cookieModes: ["cookies-allowed", "cookies-blocked"], workers: 3 }),
    );
    assert.deepEqual(
      results.map(({ id, cookieMode, verdict }) => `${id} ${cookieMode} ${verdict}`),
      ["R-91", "R-92"].flatMap((id) => [`${id} cookies-allowed pass`, `${id} cookies-blocked pass`]),
    );
    assert.deepEqual(order.slice(0, 2), ["R-91 cookies-allowed", "R-92 cookies-allowed"]);
  });

  it("runs a check that must be alone when no other runs, and judges the results last", async () => {
    let running = 0;
    const order: string[] = [];
    const checkOf = (id: string, more: Partial<Check>): Check => ({
      ...{ ...check, id, ...more },
      run: async () => {
        order.push(id);
        running += 1;
        await new Promise((resolve) => setImmediate(resolve));
        if (more.alone) assert.equal(running, 1);
        running -= 1;
      },
    });
    const checks = [
      checkOf("R-91", { last: true }),
      checkOf("R-92", { alone: true }),
      checkOf("R-93", { eachCookieMode: true }),
      checkOf("R-94", {}),
    ];
    const results = await runChecks(
      settingsFor(checks, { cookieModes: ["cookies-allowed", "cookies-blocked"], workers: 2 }),
    );
    assert.deepEqual(
      results.map(({ verdict }) => verdict),
      results.map(() => "pass"),
    );
    assert.deepEqual(order, ["R-93", "R-94", "R-93", "R-92", "R-91"]);
  });
});
