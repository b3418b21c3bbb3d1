/** Runs checks: beside each other where they do not disturb each other, in each way to treat third-party cookies. */

import { NoAdministrator } from "#lib/cli/errors.ts";
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver, DriverContext, User } from "#lib/products/driver.ts";
import { redacted, withoutQueries } from "../evidence/redaction.ts";
import { lacks } from "../model/capabilities.ts";
import { type Check, type CheckResult, type CookieMode, modesOf, type Verdict } from "../model/check.ts";
import { type ByHand, closeWorld, createWorlds, type World } from "../probe/probe-set.ts";
import { type Browsers, launch } from "./browsers.ts";
import { oneChannelWorlds } from "./one-channel.ts";
import { noteOpenPages } from "./open-pages.ts";
import type { OtherIssuerOfRun } from "./other-issuer.ts";
import { secretsOf } from "./secrets.ts";
import { Ended, type PlaygroundOfRun, Trial } from "./trial.ts";
import { inTime } from "./within.ts";

/** Longest that one check may take, in milliseconds. Every wait in it is far shorter and fails by itself: this is for what
 * nobody thought of, and may not be in the way of a busy machine. */
const longest = 300_000;
/** Longest that is waited for what a check leaves to be closed and undone, in milliseconds. */
const cleaningUp = 20_000;

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
  byHand: ByHand | undefined;
  playground: PlaygroundOfRun;
  otherIssuer: OtherIssuerOfRun;
  onResult: (result: CheckResult, left: number) => void;
  /** Told how many checks have not ended, this one included. */
  onStart: (check: Check, left: number) => void;
  /** Before the first check: rejects where no check could go well. */
  beforehand?: (world: World, browsers: Browsers) => Promise<void>;
  /** Ends the run at once. What runs then is given up, and has no result. */
  signal?: AbortSignal;
}

/** Runs them all. The first cookie mode has every check, the others those that depend on it.
 * @throws {CannotRun} where clients or a browser cannot be had, or `beforehand` says so */
export async function runChecks(settings: RunSettings): Promise<CheckResult[]> {
  const { checks, cookieModes, workers, signal = new AbortController().signal } = settings;
  const runStartedAt = performance.now();
  const worlds = await createWorlds(settings, workers);
  const oneChannel = oneChannelWorlds(settings, worlds);
  const results: CheckResult[] = [];
  const ended = new Map(checks.map(({ id }) => [id, Promise.withResolvers<Verdict>()]));
  /** Of a check that comes earlier, so that two never wait for each other. */
  const verdictBefore = (check: Check) => async (id: string) =>
    checks.findIndex((each) => each.id === id) < checks.indexOf(check) ? ended.get(id)?.promise : undefined;
  const plan: { mode: CookieMode; checks: Check[] }[] = cookieModes.map((mode) => ({
    mode,
    checks: checks.filter((check) => !check.last && modesOf(check, cookieModes).includes(mode)),
  }));
  const judging = checks.filter(({ last }) => last);
  plan.push({ mode: cookieModes[0] as CookieMode, checks: judging });
  let left = plan.reduce((sum, part) => sum + part.checks.length, 0);
  let beforehand = settings.beforehand;
  try {
    for (const { mode, checks: chosen } of plan.filter((part) => part.checks.length > 0)) {
      if (signal.aborted) break;
      const browsers = settings.browsers ?? (await launch(mode, settings.headed));
      const one = async (check: Check, ofWorker: World) => {
        if (signal.aborted) return;
        settings.onStart(check, left);
        const world = await oneChannel.worldFor(check, ofWorker);
        const verdictOf = verdictBefore(check);
        const trial = new Trial({
          ...settings,
          world,
          worlds,
          cookieMode: mode,
          browsers,
          runStartedAt,
          verdictOf,
        });
        const result = await runCheck(check, trial, results, signal);
        if (signal.aborted) return;
        results.push(result);
        ended.get(check.id)?.resolve(result.verdict);
        left -= 1;
        settings.onResult(result, left);
      };
      try {
        await unlessAborted(signal, beforehand?.(worlds[0] as World, browsers));
        beforehand = undefined;
        const queue = chosen.filter(({ alone }) => !alone);
        await Promise.all(
          worlds.map(async (world) => {
            for (let check = queue.shift(); check; check = queue.shift()) await one(check, world);
          }),
        );
        for (const check of chosen.filter(({ alone }) => alone)) await one(check, worlds[0] as World);
      } finally {
        if (!settings.browsers) await browsers.close();
      }
    }
  } finally {
    await Promise.all([...worlds.map(closeWorld), oneChannel.close()]);
  }
  const order = new Map(checks.map(({ id }, index) => [id, index]));
  return results.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

/** Settles as the work does, or once the run is to end. */
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
  const outcome = await conclude(check, trial, results, signal);
  // A browser that has crashed shows nothing any more.
  if (outcome.verdict === "fail")
    await inTime(noteOpenPages(trial), cleaningUp, undefined).catch(() => undefined);
  const cleanUp = await inTime(
    trial.cleanUp().catch((error: unknown) => String(error)),
    cleaningUp,
    `It took longer than ${cleaningUp / 1000} s.`,
  );
  if (cleanUp) trial.note("could not clean up", cleanUp);
  const { id, title, clause, severity } = check;
  const seen = { ...outcome, evidence: trial.evidence, ...(trial.curl ? { curl: trial.curl } : {}) };
  return {
    ...{ id, title, clause, severity, cookieMode: trial.cookieMode },
    ...redacted(seen, secretsOf(trial)),
    durationMs: Math.round(performance.now() - trial.startedAt),
  };
}

/** A check that does not end by itself. */
class TooLong extends Error {}

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
    const last = trial.evidence.at(-1)?.what ?? "nothing";
    reject(new TooLong(`It took longer than ${longest / 1000} s; the last that was noted: ${last}.`));
  }, longest);
  try {
    await Promise.race([unlessAborted(signal, check.run(trial, results)), tooLong]);
  } catch (error) {
    if (error instanceof NoAdministrator) return { verdict: "skip", reason: error.message };
    if (error instanceof Ended) return { verdict: error.verdict, reason: error.message };
    if (error instanceof TooLong) return { verdict: "fail", reason: error.message, gaveUp: true };
    // A browser that was led elsewhere, an answer that makes no sense: the OP's doing as a rule, and never a pass.
    const [message = ""] = withoutQueries(String(error)).split("\n", 1);
    return { verdict: "fail", reason: `The check could not go on: ${message}`, gaveUp: true };
  } finally {
    clearTimeout(timer);
  }
  const { warnings, measured } = trial;
  if (warnings.length > 0) return { verdict: "warn", reason: warnings.join(" ") };
  if (measured.length > 0 && check.severity === "info")
    return { verdict: "info", reason: measured.join(" ") };
  return { verdict: "pass", reason: measured.join(" ") };
}

function missingCapability(needs: readonly Capability[], trial: Trial): string | undefined {
  for (const need of needs) {
    const reason = lacks(trial, need, trial.rp("rp-a"));
    if (reason) return reason;
  }
  return undefined;
}
