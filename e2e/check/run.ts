/** Runs checks: beside each other where they do not disturb each other, in each way to treat third-party cookies. */
import type { Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import { type Browsers, launch } from "./browsers.ts";
import type { Capability, Check, CheckResult, CookieMode } from "./check.ts";
import type { Driver, DriverContext, User } from "./driver.ts";
import { Ended, Trial } from "./trial.ts";
import { closeWorld, createWorld, type World, type WorldSettings } from "./world.ts";

/** Longest that one check may take, in milliseconds. */
const longest = 90_000;

export interface RunSettings {
  provider: OpenIdProvider;
  metadata: Metadata;
  driver: Driver;
  context: DriverContext;
  users: { alice: User; bob: User };
  checks: readonly Check[];
  cookieModes: readonly CookieMode[];
  headed: boolean;
  /** Already running, of the one cookie mode, and not closed here; else they are started for each mode. */
  browsers?: Browsers;
  /** How many checks run at the same time; each has clients of its own. */
  workers: number;
  byHand: WorldSettings["byHand"];
  onResult: (result: CheckResult, left: number) => void;
  onStart: (check: Check) => void;
}

/** Runs them all. The first cookie mode has every check, the others those that depend on it.
 * @throws {CannotRun} where clients cannot be had */
export async function runChecks(settings: RunSettings): Promise<CheckResult[]> {
  const { checks, cookieModes, workers } = settings;
  const runStartedAt = performance.now();
  const worlds = await Promise.all(
    Array.from({ length: workers }, (_, worker) => createWorld({ ...settings, worker: worker + 1 })),
  );
  const results: CheckResult[] = [];
  const plan: { mode: CookieMode; checks: Check[] }[] = cookieModes.map((mode, index) => ({
    mode,
    checks: checks.filter(({ eachCookieMode, last }) => !last && (index === 0 || eachCookieMode)),
  }));
  const judging = checks.filter(({ last }) => last);
  plan.push({ mode: cookieModes[0] as CookieMode, checks: judging });
  let left = plan.reduce((sum, part) => sum + part.checks.length, 0);
  try {
    for (const { mode, checks: chosen } of plan.filter((part) => part.checks.length > 0)) {
      const browsers = settings.browsers ?? (await launch(mode, settings.headed));
      const one = async (check: Check, world: World) => {
        settings.onStart(check);
        const trial = new Trial({ ...settings, world, cookieMode: mode, browsers, runStartedAt });
        const result = await runCheck(check, trial, results);
        results.push(result);
        left -= 1;
        settings.onResult(result, left);
      };
      const queue = chosen.filter(({ alone }) => !alone);
      await Promise.all(
        worlds.map(async (world) => {
          for (let check = queue.shift(); check; check = queue.shift()) await one(check, world);
        }),
      );
      for (const check of chosen.filter(({ alone }) => alone)) await one(check, worlds[0] as World);
      if (!settings.browsers) await browsers.close();
    }
  } finally {
    await Promise.all(worlds.map(closeWorld));
  }
  const order = new Map(checks.map(({ id }, index) => [id, index]));
  return results.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

async function runCheck(check: Check, trial: Trial, results: readonly CheckResult[]): Promise<CheckResult> {
  const outcome = await conclude(check, trial, results);
  const cleanUp = await trial.cleanUp().catch((error: unknown) => String(error));
  if (cleanUp) trial.note("could not clean up", cleanUp);
  const { id, title, clause, severity } = check;
  return {
    ...{ id, title, clause, severity, cookieMode: trial.cookieMode },
    ...outcome,
    evidence: trial.evidence,
    ...(trial.curl ? { curl: trial.curl } : {}),
    durationMs: Math.round(performance.now() - trial.startedAt),
  };
}

async function conclude(
  check: Check,
  trial: Trial,
  results: readonly CheckResult[],
): Promise<Pick<CheckResult, "verdict" | "reason">> {
  const missing = missingCapability(check.needs, trial);
  if (missing) return { verdict: "skip", reason: missing };
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Ended("fail", `It took longer than ${longest / 1000} s.`)),
    longest,
  );
  try {
    await Promise.race([check.run(trial, results), tooLong]);
  } catch (error) {
    if (error instanceof Ended) return { verdict: error.verdict, reason: error.message };
    // A browser that was led elsewhere, an answer that makes no sense: the OP's doing as a rule, and never a pass.
    return { verdict: "fail", reason: `The check could not go on: ${String(error).split("\n", 1)[0]}` };
  } finally {
    clearTimeout(timer);
  }
  const { warnings, measured } = trial;
  if (warnings.length > 0) return { verdict: "warn", reason: warnings.join(" ") };
  if (measured.length > 0 && check.severity === "info")
    return { verdict: "info", reason: measured.join(" ") };
  return { verdict: "pass", reason: measured.join(" ") };
}

/** What discovery must declare for each capability. */
export const declared: Readonly<Record<Capability, keyof Metadata & string>> = {
  "end-session": "end_session_endpoint",
  "back-channel": "backchannel_logout_supported",
  "front-channel": "frontchannel_logout_supported",
  "session-management": "check_session_iframe",
  registration: "registration_endpoint",
};

/** What a client must have been registered with. */
const configured: Partial<Record<Capability, string>> = {
  "back-channel": "backchannel_logout_uri",
  "front-channel": "frontchannel_logout_uri",
};

function missingCapability(
  needs: readonly Capability[],
  { metadata, world, driver }: Trial,
): string | undefined {
  for (const need of needs) {
    if (!metadata[declared[need]] && !driver.undeclared?.includes(need))
      return `Discovery declares no ${declared[need]}.`;
    const field = configured[need];
    if (field && world["rp-a"].client.missing.includes(field)) return `The OP did not register ${field}.`;
  }
  return undefined;
}
