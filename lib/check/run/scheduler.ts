/** Runs checks in each cookie mode, in parallel unless they would disturb each other. */
import { NoAdministrator } from "#lib/cli/errors.ts";
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver, DriverContext, User } from "#lib/products/driver.ts";
import { redacted, withoutQueries } from "../evidence/redaction.ts";
import { lacks } from "../model/capabilities.ts";
import { type CheckResult, type CookieMode, modesOf, type Verdict } from "../model/check.ts";
import { CheckEnded, CheckTimedOut } from "../model/errors.ts";
import { type ByHand, closeProbeSet, createProbeSets, type ProbeSet } from "../probe/probe-set.ts";
import { type Browsers, launch } from "./browsers.ts";
import type { Check } from "./check.ts";
import { oneChannelProbeSets } from "./one-channel.ts";
import { noteOpenPages } from "./open-pages.ts";
import type { LazyOtherIssuer } from "./other-issuer.ts";
import type { LazyPlayground } from "./playground.ts";
import { secretsOf } from "./secrets.ts";
import { Trial } from "./trial.ts";
import { within } from "./within.ts";

/** Longest that one check may take, in milliseconds. Every wait in a check is far shorter and has its own limit: this one
 * is for the unforeseen, and must not trouble a busy machine. */
const checkPatience = 300_000;
/** Longest wait for the clean-up after a check, in milliseconds. */
const cleanUpPatience = 20_000;

export interface SchedulerSettings {
  provider: OpenIdProvider;
  metadata: Metadata;
  driver: Driver;
  context: DriverContext;
  users: { alice: User; bob: User };
  checks: readonly Check[];
  cookieModes: readonly CookieMode[];
  headed: boolean;
  /** Running browsers of the only cookie mode, which stay open; default: new ones for each mode. */
  browsers?: Browsers;
  /** How many checks run at the same time, each with its own clients. */
  workers: number;
  byHand: ByHand | undefined;
  playground: LazyPlayground;
  otherIssuer: LazyOtherIssuer;
  onResult: (result: CheckResult, left: number) => void;
  /** @param left checks that have not ended, including this one */
  onStart: (check: Check, left: number) => void;
  /** Runs before the first check; rejects if no check could succeed. */
  beforehand?: (probes: ProbeSet, browsers: Browsers) => Promise<void>;
  /** Ends the run at once; checks that are running then have no result. */
  signal?: AbortSignal;
}

/** Runs all checks in the first cookie mode, and those that depend on the mode in the others too.
 * @throws {CannotRun} without clients or a browser, or from `beforehand` */
export async function runChecks(settings: SchedulerSettings): Promise<CheckResult[]> {
  const { checks, cookieModes, workers, signal = new AbortController().signal } = settings;
  const firstMode = cookieModes[0] as CookieMode;
  const runStartedAt = performance.now();
  const probeSets = await createProbeSets(settings, workers);
  const oneChannel = oneChannelProbeSets(settings, probeSets);
  const results: CheckResult[] = [];
  const ended = new Map(checks.map(({ id }) => [id, Promise.withResolvers<Verdict>()]));
  /** Only of an earlier check, so that two never wait for each other. */
  const verdictBefore = (check: Check) => async (id: string) =>
    checks.findIndex((each) => each.id === id) < checks.indexOf(check) ? ended.get(id)?.promise : undefined;
  const plan = checks.flatMap((check) => modesOf(check, cookieModes).map((mode) => ({ check, mode })));
  let left = plan.length;
  const browsers = lazyBrowsers(settings);
  const one = async ({ check, mode }: Planned, ofWorker: ProbeSet) => {
    if (signal.aborted) return;
    settings.onStart(check, left);
    const probeSet = await oneChannel.probeSetFor(check, ofWorker);
    const trial = new Trial({
      ...{ ...settings, probeSet, probeSets, runStartedAt },
      cookieMode: mode,
      browsers: await browsers.of(mode),
      verdictOf: verdictBefore(check),
    });
    const result = await runCheck(check, trial, results, signal);
    if (signal.aborted) return;
    results.push(result);
    if (mode === firstMode) ended.get(check.id)?.resolve(result.verdict);
    left -= 1;
    settings.onResult(result, left);
  };
  /** All workers together; a check runs in one cookie mode after the other, as its users and clients may be the same. */
  const together = async (queue: Planned[]) => {
    const running = new Set<Check>();
    const work = async (probeSet: ProbeSet) => {
      for (;;) {
        const index = queue.findIndex(({ check }) => !running.has(check));
        const [next] = index < 0 ? [] : queue.splice(index, 1);
        if (!next) return; // the worker that runs it takes it in the next mode too
        running.add(next.check);
        await one(next, probeSet);
        running.delete(next.check);
      }
    };
    await Promise.all(probeSets.map(work));
  };
  try {
    const [first] = probeSets as [ProbeSet, ...ProbeSet[]];
    if (plan.length > 0)
      await unlessAborted(signal, settings.beforehand?.(first, await browsers.of(firstMode)));
    await together(plan.filter(({ check }) => !check.last && !check.alone));
    for (const each of plan.filter(({ check }) => !check.last && check.alone)) await one(each, first);
    await together(plan.filter(({ check }) => check.last));
  } finally {
    await browsers.close();
    await Promise.all([...probeSets.map(closeProbeSet), oneChannel.close()]);
  }
  const order = new Map(checks.map(({ id }, index) => [id, index]));
  return results.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

interface Planned {
  check: Check;
  mode: CookieMode;
}

/** The browsers of each cookie mode, launched when a check first needs them. */
function lazyBrowsers({ browsers: given, headed }: SchedulerSettings) {
  const launched = new Map<CookieMode, Promise<Browsers>>();
  return {
    of(mode: CookieMode): Promise<Browsers> {
      if (given) return Promise.resolve(given);
      const browsers = launched.get(mode) ?? launch(mode, headed);
      launched.set(mode, browsers);
      return browsers;
    },
    async close() {
      const all = await Promise.allSettled(launched.values());
      await Promise.all(all.map((each) => each.status === "fulfilled" && each.value.close()));
    },
  };
}

/** Settles as the work does, or when the run is aborted. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T> | undefined): Promise<T | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const end = () => resolve(undefined);
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", end));
}

async function runCheck(
  check: Check,
  trial: Trial,
  results: readonly CheckResult[],
  signal: AbortSignal,
): Promise<CheckResult> {
  const { report } = trial;
  const outcome = await conclude(check, trial, results, signal);
  // Rejects if the browser has crashed.
  if (outcome.verdict === "fail")
    await within(noteOpenPages(trial), cleanUpPatience, undefined).catch(() => undefined);
  const cleanUp = await within(
    trial.cleanUp().catch((error: unknown) => String(error)),
    cleanUpPatience,
    `It took longer than ${cleanUpPatience / 1000} s.`,
  );
  if (cleanUp) report.note("clean-up failed", cleanUp);
  const { id, title, clause, severity } = check;
  const raw = { ...outcome, evidence: report.evidence, ...(report.curl ? { curl: report.curl } : {}) };
  return {
    ...{ id, title, clause, severity, cookieMode: trial.cookieMode },
    ...redacted(raw, secretsOf(trial)),
    durationMs: Math.round(performance.now() - trial.startedAt),
  };
}

async function conclude(
  check: Check,
  trial: Trial,
  results: readonly CheckResult[],
  signal: AbortSignal,
): Promise<Pick<CheckResult, "verdict" | "reason" | "gaveUp">> {
  const missing = missingCapability(check.needs, trial);
  if (missing) return { verdict: "skip", reason: missing };
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const last = trial.report.evidence.at(-1)?.what ?? "nothing";
    reject(new CheckTimedOut(`It took longer than ${checkPatience / 1000} s; last note: ${last}.`));
  }, checkPatience);
  try {
    await Promise.race([unlessAborted(signal, check.run(trial, results)), tooLong]);
  } catch (error) {
    if (error instanceof NoAdministrator) return { verdict: "skip", reason: error.message };
    if (error instanceof CheckEnded) return { verdict: error.verdict, reason: error.message };
    if (error instanceof CheckTimedOut) return { verdict: "fail", reason: error.message, gaveUp: true };
    // An unexpected page or an answer that makes no sense: usually caused by the OP, and never a pass.
    const [message = ""] = withoutQueries(String(error)).split("\n", 1);
    return { verdict: "fail", reason: `The check could not continue: ${message}`, gaveUp: true };
  } finally {
    clearTimeout(timer);
  }
  return trial.report.outcome(check.severity);
}

function missingCapability(needs: readonly Capability[], trial: Trial): string | undefined {
  for (const need of needs) {
    const reason = lacks(trial, need, trial.rp("rp-a"));
    if (reason) return reason;
  }
  return undefined;
}
