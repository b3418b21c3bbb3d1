/** A whole run: from the flags to the report. */
import { CannotRun } from "#lib/cli/errors.ts";
import { unlessInterrupted } from "#lib/cli/interruption.ts";
import { appNames } from "#lib/config/apps.ts";
import { boundedFetch } from "#lib/net/bounded-fetch.ts";
import { readCertificates, trustCertificates } from "#lib/net/certificates.ts";
import { isLoopback } from "#lib/net/loopback.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import { ensureBuilt } from "#lib/prepare/build.mjs";
import { withLock } from "#lib/prepare/lock.mjs";
import type { DriverContext, RegisteredClient } from "#lib/products/driver.ts";
import { operationsBy } from "#lib/products/embedded/operations.ts";
import { driverFor, driverNamed } from "#lib/products/index.ts";
import { catalogue } from "../catalogue/index.ts";
import { chosenChecks } from "../catalogue/named.ts";
import type { CheckResult } from "../model/check.ts";
import { type Expectations, readExpectations, withExpectation } from "../model/expectations.ts";
import { capabilitiesOf } from "../report/capabilities.ts";
import type { Progress } from "../report/progress.ts";
import type { Report } from "../report/report.ts";
import { browserFile } from "./browsers.ts";
import { type EmbeddedOp, startEmbeddedOp } from "./embedded-op.ts";
import { assertSignIns } from "./first-sign-in.ts";
import type { CheckOptions } from "./options.ts";
import { type LazyOtherIssuer, otherIssuerAt } from "./other-issuer.ts";
import { type LazyPlayground, type PlaygroundSettings, startPlayground } from "./playground.ts";
import { assertLogout, reach } from "./reach.ts";
import { registeringInTurn } from "./registrations.ts";
import { runChecks } from "./scheduler.ts";

/** Longest clean-up after an interruption, in milliseconds. */
const grace = 5_000;

/** Checks the OP of the options.
 * @param signal interrupts the run: the report has the results so far
 * @throws {CannotRun} with one line that says what to do */
export async function runSuite(
  options: CheckOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Report> {
  const { expect, cookieModes } = options;
  const expectations = expect === undefined ? {} : readExpectations(expect, catalogue, cookieModes);
  browserFile();
  progress.prepares("starting");
  const faults = { OP_FAULTS: options.faults.join(",") };
  const embedded = options.issuer === undefined ? await startEmbeddedOp(faults) : undefined;
  try {
    trust(options, embedded);
    const ca = embedded?.certificate ?? options.ca;
    return await check({ ...options, ca }, expectations, embedded, progress, signal);
  } finally {
    await embedded?.stop();
  }
}

/** Trusts additional certificates. */
function trust({ ca, insecure }: CheckOptions, embedded: EmbeddedOp | undefined): void {
  const file = embedded?.certificate ?? ca;
  if (file !== undefined) trustCertificates(readCertificates(file, (why) => new CannotRun(`--ca: ${why}`)));
  // biome-ignore lint/style/noProcessEnv: Node reads it at each connection
  if (insecure) process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
}

async function check(
  options: CheckOptions,
  expectations: Expectations,
  embedded: EmbeddedOp | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<Report> {
  const { users, cookieModes, headed, authorization, probeHost: serverHost } = options;
  const issuer = options.issuer ?? embedded?.issuer ?? "";
  const send = boundedFetch();
  const provider = new OpenIdProvider(issuer, { fetch: send, now: Date.now });
  const metadata = await reach(provider, (url, init) => send(url, { ...init, signal }));
  const named = options.driver === "auto" ? driverFor(metadata) : await driverNamed(options.driver);
  const driver = registeringInTurn(embedded ? { ...named, ...operationsBy(embedded.restart) } : named);
  if (!driver.undeclared?.includes("end-session")) assertLogout(metadata);
  const admin =
    options.admin ?? (options.issuer === undefined ? { name: "admin", password: "admin" } : undefined);
  const registrations = watchingFetch(metadata.registration_endpoint);
  const { fetch } = registrations;
  const notes: string[] = [];
  const note = (text: string) => {
    notes.push(text);
    progress.notes(text);
  };
  const context: DriverContext = {
    issuer,
    metadata,
    admin,
    authorization,
    serverHost,
    fetch,
    apps: new Set(),
  };
  const other = lazyOtherIssuer(options, embedded, context);
  if (options.otherIssuer !== undefined) await other();
  const checks = chosenChecks(options);
  const { clients, port, without, ca } = options;
  const byHand = Object.keys(clients).length > 0 ? { clients, port, without } : undefined;
  progress.prepares(""); // the build has its own output
  if (checks.some(({ id }) => id.startsWith("W"))) await unlessInterrupted(signal, withLock(ensureBuilt));
  const playground = lazyPlayground({ driver, context, byHand, ca }, options);
  const startedAt = new Date();
  const began = performance.now();
  const title = `${issuer} (driver ${driver.name}): ${checks.length} checks, ${cookieModes.join(" and ")}`;
  progress.begins([title, ...(serverHost ? [] : notReached(issuer))].join("\n"));
  progress.prepares("registering clients");
  const found: CheckResult[] = [];
  let client: RegisteredClient | undefined;
  const running = runChecks({
    ...{ provider, metadata, driver, context, checks, users, cookieModes, headed, byHand, signal },
    workers: byHand ? 1 : options.workers,
    playground: playground.get,
    otherIssuer: other,
    beforehand: async ({ "rp-a": rp }, browsers) => {
      if (!byHand) client = rp.client;
      for (const line of refusalsOf(rp.client)) note(line);
      const { prepares } = progress;
      await assertSignIns({ rp, browsers, driver, context, users: [users.alice, users.bob], prepares });
      if (provider.refusedBasic(rp.client.clientId)) note(basicRefused);
    },
    onStart: progress.started,
    onResult: (result, left) => {
      found.push(result);
      progress.ended(withExpectation(result, expectations), left);
    },
  }).finally(playground.stop);
  const results = await Promise.race([running, givenUp(signal).then(() => found)]);
  return {
    issuer,
    driver: driver.name,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - began),
    ...(signal.aborted ? { interrupted: true as const } : {}),
    ...(notes.length > 0 && { notes }),
    capabilities: capabilitiesOf(metadata, results, { client, dynamic: registrations.succeeded() }),
    checks: results.map((result) => withExpectation(result, expectations)),
  };
}

/** What the OP refused to register, each refusal once, in its words. */
function refusalsOf({ report = [] }: Pick<RegisteredClient, "report">): string[] {
  const reasons = new Set(report.flatMap(({ reason }) => reason ?? []));
  return [...reasons].map((words) => {
    const fields = report.filter(({ reason }) => reason === words);
    const omitted = fields.filter(({ result }) => result === "refused").map(({ field }) => field);
    const others = fields.filter(({ result }) => result !== "refused");
    const registered = others.map(
      ({ field, asked, answer = asked }) => `${field} ${[answer].flat().join(" ")}`,
    );
    const outcome = [
      ...(registered.length > 0 ? [`with ${registered.join(", ")}`] : []),
      ...(omitted.length > 0 ? [`without ${omitted.join(", ")}`] : []),
    ];
    return `The OpenID Provider refused to register the clients as asked (${words}). They are registered ${outcome.join(" and ")}.`;
  });
}

const basicRefused =
  "The OpenID Provider declares client_secret_basic but answers it with HTTP 401; this run authenticates its clients by client_secret_post.";

/** Settles if an interrupted run has not cleaned up in time. */
async function givenUp(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const giveUp = () => setTimeout(resolve, grace);
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  return promise;
}

/** A hint if the OP is not on this machine, judging by its host name. */
const notReached = (issuer: string): string[] =>
  isLoopback(new URL(issuer).hostname)
    ? []
    : [
        "If the OpenID Provider's server cannot reach this machine as localhost, pass its name with --probe-host.",
      ];

/** The real apps, started when a check first needs them. */
function lazyPlayground(settings: PlaygroundSettings, { insecure, probeHost }: CheckOptions) {
  let started: ReturnType<LazyPlayground> | undefined;
  const start = async () => {
    const missing = appNames.filter((name) => settings.byHand && !settings.byHand.clients[name]);
    if (missing.length > 0) return `No --client for ${missing.join(" and ")}.`;
    if (!settings.byHand && !settings.driver.register) return "The driver registers no clients.";
    if (probeHost !== undefined)
      return "The apps listen only on localhost, but the OpenID Provider's server reaches this machine by another name.";
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

/** The other issuer of the options, or a second embedded OP, started when a check first needs it. */
function lazyOtherIssuer(
  { otherIssuer }: CheckOptions,
  embedded: EmbeddedOp | undefined,
  context: DriverContext,
): LazyOtherIssuer {
  let found: ReturnType<LazyOtherIssuer> | undefined;
  const find = async () => {
    if (otherIssuer !== undefined)
      return otherIssuerAt(otherIssuer, context).catch((error: unknown) => {
        throw error instanceof CannotRun ? new CannotRun(`--other-issuer: ${error.message}`) : error;
      });
    if (embedded) return otherIssuerAt((await embedded.another()).issuer, context);
    return "The run has only one issuer: pass another one of the same server with --other-issuer URL.";
  };
  return () => {
    found ??= find();
    return found;
  };
}

/** A bounded fetch that remembers whether a POST to this endpoint succeeded. */
function watchingFetch(endpoint: string | undefined) {
  const send = boundedFetch() as typeof globalThis.fetch;
  let succeeded = false;
  const fetch = async (...[url, init]: Parameters<typeof globalThis.fetch>): Promise<Response> => {
    const response = await send(url, init);
    if (init?.method === "POST" && String(url) === endpoint && response.ok) succeeded = true;
    return response;
  };
  return { fetch, succeeded: () => succeeded };
}
