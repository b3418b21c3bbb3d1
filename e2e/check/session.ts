/** A whole run: from the flags to the report. */
import { readFileSync } from "node:fs";
import tls from "node:tls";
import { appNames } from "#lib/demo/apps.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Fetch, type Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import { ensureBuilt } from "../../bin/prepare/build.mjs";
import { withLock } from "../../bin/prepare/lock.mjs";
import { catalogue } from "./catalogue/index.ts";
import type { Check, CheckResult } from "./check.ts";
import type { DriverContext } from "./driver.ts";
import { guessDriver } from "./drivers/guess.ts";
import { driverNamed } from "./drivers/index.ts";
import { type EmbeddedOp, startEmbeddedOp } from "./embedded-op.ts";
import { type Expectations, readExpectations, withExpectation } from "./expectations.ts";
import type { CheckOptions } from "./options.ts";
import { type PlaygroundSettings, startPlayground } from "./playground.ts";
import { capabilitiesOf } from "./report/capabilities.ts";
import { progressLine } from "./report/progress.ts";
import type { Report } from "./report/report.ts";
import { runChecks } from "./run.ts";
import type { PlaygroundOfRun } from "./trial.ts";
import { CannotRun } from "./world.ts";

/** Checks the OP that the options name.
 * @throws {CannotRun} in one line that says what to do */
export async function checkProvider(options: CheckOptions, say: (line: string) => void): Promise<Report> {
  const ids = catalogue.map(({ id }) => id);
  const expectations = options.expect === undefined ? {} : readExpectations(options.expect, ids);
  const embedded = options.issuer === undefined ? await startEmbeddedOp() : undefined;
  try {
    trust(options, embedded);
    const ca = embedded?.certificate ?? options.ca;
    return await check({ ...options, ca }, expectations, options.issuer ?? embedded?.issuer ?? "", say);
  } finally {
    await embedded?.stop();
  }
}

/** Certificates beside the usual ones. */
function trust({ ca, insecure }: CheckOptions, embedded: EmbeddedOp | undefined): void {
  const file = embedded?.certificate ?? ca;
  if (file !== undefined) tls.setDefaultCACertificates([...tls.getCACertificates("default"), pem(file)]);
  if (insecure) process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
}

function pem(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new CannotRun(`--ca ${file} cannot be read.`);
  }
}

async function check(
  options: CheckOptions,
  expectations: Expectations,
  issuer: string,
  say: (line: string) => void,
): Promise<Report> {
  const provider = new OpenIdProvider(issuer, { fetch: boundedFetch, now: Date.now });
  const metadata = await discover(provider);
  const driver = await driverNamed(options.driver === "auto" ? guessDriver(metadata) : options.driver);
  const admin =
    options.admin ?? (options.issuer === undefined ? { name: "admin", password: "admin" } : undefined);
  const registrations = watchedFor(metadata.registration_endpoint);
  const context: DriverContext = { issuer, metadata, admin, fetch: registrations.fetch };
  const checks = catalogue.filter((each) => isWanted(each, options));
  const { clients, port, ca } = options;
  const byHand = Object.keys(clients).length > 0 ? { clients, port } : undefined;
  if (checks.some(({ id }) => id.startsWith("W"))) await withLock(ensureBuilt);
  const playground = playgroundOfRun({ driver, context, byHand, ca }, options);
  const startedAt = new Date();
  const began = performance.now();
  say(`${issuer} (driver ${driver.name}): ${checks.length} checks, ${options.cookieModes.join(" and ")}`);
  const run = {
    ...{ provider, metadata, driver, context, checks },
    users: options.users,
    cookieModes: options.cookieModes,
    headed: options.headed,
    workers: byHand ? 1 : options.workers,
    byHand,
    playground: playground.get,
    onStart: () => {},
    onResult: (result: CheckResult, left: number) =>
      say(progressLine(withExpectation(result, expectations), left, began)),
  };
  const results = await runChecks(run).finally(playground.stop);
  return {
    issuer,
    driver: driver.name,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - began),
    capabilities: capabilitiesOf(metadata, results, registrations.seen()),
    checks: results.map((result) => withExpectation(result, expectations)),
  };
}

/** The real apps, started when a check first asks for them. */
function playgroundOfRun(settings: PlaygroundSettings, { insecure }: CheckOptions) {
  let started: ReturnType<PlaygroundOfRun> | undefined;
  const start = async () => {
    const missing = appNames.filter((name) => settings.byHand && !settings.byHand.clients[name]);
    if (missing.length > 0) return `No --client for ${missing.join(" and ")}.`;
    if (!settings.byHand && !settings.driver.register) return "The driver registers no clients.";
    if (insecure) return "The apps verify certificates: pass --ca instead of --insecure.";
    return startPlayground(settings);
  };
  return {
    get: () => {
      started ??= start();
      return started;
    },
    stop: async () => {
      const running = await started?.catch(() => undefined);
      if (running && typeof running !== "string") await running.stop();
    },
  };
}

async function discover(provider: OpenIdProvider): Promise<Metadata> {
  try {
    return await provider.metadata();
  } catch (error) {
    if (error instanceof ProtocolError)
      throw new CannotRun(`${error.message} Check --issuer, and --ca for its certificate.`);
    throw error;
  }
}

const isWanted = ({ id, severity }: Check, { only, skip, severities }: CheckOptions): boolean =>
  only ? only.includes(id) : !skip.includes(id) && severities.includes(severity);

/** A bounded fetch, and whether it was seen to POST there with success. */
function watchedFor(endpoint: string | undefined) {
  let seen = false;
  const fetch = async (...[url, init]: Parameters<typeof globalThis.fetch>): Promise<Response> => {
    const response = await (boundedFetch as typeof globalThis.fetch)(url, init);
    if (init?.method === "POST" && String(url) === endpoint && response.ok) seen = true;
    return response;
  };
  return { fetch, seen: () => seen };
}

const boundedFetch: Fetch = (url, init) =>
  fetch(url, {
    ...init,
    signal: AbortSignal.any([AbortSignal.timeout(10_000), ...(init?.signal ? [init.signal] : [])]),
  } as RequestInit);
