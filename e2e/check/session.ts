/** A whole run: from the flags to the report. */
import { readFileSync } from "node:fs";
import tls from "node:tls";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Fetch, type Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import { catalogue } from "./catalogue/index.ts";
import type { Check } from "./check.ts";
import type { DriverContext } from "./driver.ts";
import { guessDriver } from "./drivers/guess.ts";
import { driverNamed } from "./drivers/index.ts";
import { type EmbeddedOp, startEmbeddedOp } from "./embedded-op.ts";
import { type Expectations, readExpectations, withExpectation } from "./expectations.ts";
import type { CheckOptions } from "./options.ts";
import { capabilitiesOf } from "./report/capabilities.ts";
import { progressLine } from "./report/progress.ts";
import type { Report } from "./report/report.ts";
import { runChecks } from "./run.ts";
import { CannotRun } from "./world.ts";

/** Checks the OP that the options name.
 * @throws {CannotRun} in one line that says what to do */
export async function checkProvider(options: CheckOptions, say: (line: string) => void): Promise<Report> {
  const ids = catalogue.map(({ id }) => id);
  const expectations = options.expect === undefined ? {} : readExpectations(options.expect, ids);
  const embedded =
    options.issuer === undefined ? await startEmbeddedOp({ OP_FAULTS: options.faults.join(",") }) : undefined;
  try {
    trust(options, embedded);
    return await check(options, expectations, options.issuer ?? embedded?.issuer ?? "", say);
  } finally {
    await embedded?.stop();
  }
}

/** Certificates beside the usual ones. */
function trust({ ca, insecure }: CheckOptions, embedded: EmbeddedOp | undefined): void {
  const more = [embedded?.certificate, ca && pem(ca)].filter(
    (certificate) => certificate !== undefined && certificate !== "",
  );
  if (more.length > 0)
    tls.setDefaultCACertificates([...tls.getCACertificates("default"), ...(more as string[])]);
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
  const context: DriverContext = { issuer, metadata, admin, fetch: boundedFetch as typeof globalThis.fetch };
  const checks = catalogue.filter((each) => isWanted(each, options));
  const byHand = Object.keys(options.clients).length > 0;
  const startedAt = new Date();
  const began = performance.now();
  say(`${issuer} (driver ${driver.name}): ${checks.length} checks, ${options.cookieModes.join(" and ")}`);
  const results = await runChecks({
    ...{ provider, metadata, driver, context, checks },
    users: options.users,
    cookieModes: options.cookieModes,
    headed: options.headed,
    workers: byHand ? 1 : options.workers,
    byHand: byHand ? { clients: options.clients, port: options.port } : undefined,
    onStart: () => {},
    onResult: (result, left) => say(progressLine(withExpectation(result, expectations), left, began)),
  });
  return {
    issuer,
    driver: driver.name,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - began),
    capabilities: capabilitiesOf(metadata, results),
    checks: results.map((result) => withExpectation(result, expectations)),
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

/** Of the suite's own requests. */
export const boundedFetch: Fetch = (url, init) =>
  fetch(url, {
    ...init,
    signal: AbortSignal.any([AbortSignal.timeout(10_000), ...(init?.signal ? [init.signal] : [])]),
  } as RequestInit);
