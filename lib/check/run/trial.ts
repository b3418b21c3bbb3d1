/** What a check works with: users, probes, browsers and sign-ins at the OP, and the report of what it finds. */
import type { BrowserContext, Page } from "@playwright/test";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver, DriverContext, RegisteredClient, User } from "#lib/products/driver.ts";
import { placeOf, Stuck } from "#lib/products/stuck.ts";
import { CheckReport, type CheckReportSettings } from "../evidence/check-report.ts";
import { withoutQueries } from "../evidence/redaction.ts";
import type { CookieMode } from "../model/check.ts";
import { LatestIdTokens } from "../probe/latest-id-tokens.ts";
import type { ByHand, ProbeName, ProbeSet } from "../probe/probe-set.ts";
import type { Recorded } from "../probe/recorder.ts";
import {
  type AuthorizationRequest,
  type Refused,
  RelyingParty,
  type SignIn,
} from "../probe/relying-party.ts";
import type { Browsers } from "./browsers.ts";
import { closePage } from "./close-page.ts";
import { KeptPages, settles } from "./kept-pages.ts";
import type { LazyOtherIssuer, OtherIssuer } from "./other-issuer.ts";
import type { LazyPlayground, Playground } from "./playground.ts";

/** Longest wait for the answer to an authorization request, in milliseconds. */
const patience = 30_000;

export interface TrialSettings extends CheckReportSettings {
  probeSet: ProbeSet;
  /** Those of all workers. */
  probeSets: readonly ProbeSet[];
  users: { alice: User; bob: User };
  provider: OpenIdProvider;
  metadata: Metadata;
  driver: Driver;
  context: DriverContext;
  byHand: ByHand | undefined;
  playground: LazyPlayground;
  otherIssuer: LazyOtherIssuer;
  browsers: Browsers;
  cookieMode: CookieMode;
}

export class Trial {
  readonly report: CheckReport;
  readonly probeSet: ProbeSet;
  /** Those of all workers, and those of this check: for a check that looks at the requests of the whole run. */
  readonly probeSets: readonly ProbeSet[];
  readonly alice: User;
  readonly bob: User;
  readonly provider: OpenIdProvider;
  readonly metadata: Metadata;
  readonly driver: Driver;
  readonly context: DriverContext;
  /** Registers a client that is removed after the check. Absent if clients are registered by hand. */
  readonly register: ((metadata: ClientMetadata) => Promise<RegisteredClient>) | undefined;
  readonly cookieMode: CookieMode;
  /** When this check began, on the clock of the recorders. */
  readonly startedAt = performance.now();
  readonly #browsers: Browsers;
  readonly #playground: LazyPlayground;
  readonly #otherIssuer: LazyOtherIssuer;
  readonly #latest = new LatestIdTokens();
  readonly #pages = new KeptPages();
  readonly #ownProbes: RelyingParty[] = [];
  readonly #registered: RegisteredClient[] = [];
  readonly #opened: BrowserContext[] = [];
  readonly #undo: (() => void | Promise<void>)[] = [];

  constructor(settings: TrialSettings) {
    this.report = new CheckReport(settings);
    this.probeSet = settings.probeSet;
    // A check of one channel may have probes of its own.
    this.probeSets = [...new Set([...settings.probeSets, settings.probeSet])];
    this.alice = settings.users.alice;
    this.bob = settings.users.bob;
    this.provider = settings.provider;
    this.metadata = settings.metadata;
    this.driver = settings.driver;
    this.context = settings.context;
    this.register = settings.byHand || !this.driver.register ? undefined : (asked) => this.#register(asked);
    this.cookieMode = settings.cookieMode;
    this.#browsers = settings.browsers;
    this.#playground = settings.playground;
    this.#otherIssuer = settings.otherIssuer;
  }

  rp(name: ProbeName): RelyingParty {
    return this.probeSet[name];
  }

  /** Every probe that a browser of this check may visit. */
  get probes(): RelyingParty[] {
    return [...Object.values(this.probeSet), ...this.#ownProbes];
  }

  /** Adds a probe that only this check has. */
  addProbe(probe: RelyingParty): void {
    this.#ownProbes.push(probe);
  }

  /** Whether a probe answers at this URL, whatever its host name. */
  isAtProbe(url: string): boolean {
    const { protocol, port } = new URL(url);
    return protocol === "http:" && this.probes.some(({ recorder }) => port === String(recorder.port));
  }

  /** Requests that a probe has received, by default since the check began. */
  received(rp: RelyingParty, kind: Recorded["kind"], since = this.startedAt): Recorded[] {
    return rp.recorder.since(since, kind);
  }

  /** Every client of this check, with its secret: of its probes, and registered without a probe. */
  get clients(): RegisteredClient[] {
    return [...this.probes.map(({ client }) => client), ...this.#registered];
  }

  async #register(metadata: ClientMetadata): Promise<RegisteredClient> {
    const client = (await this.driver.register?.(metadata, this.context)) as RegisteredClient;
    if (client.remove) this.afterwards(client.remove);
    this.#registered.push(client);
    return client;
  }

  /** A new browser, without cookies or history. */
  async browser(): Promise<BrowserContext> {
    const context = await this.#browsers.fresh();
    this.#opened.push(context);
    return context;
  }

  /** All browsers of this check, in the order of their opening. */
  get browsers(): readonly BrowserContext[] {
    return this.#opened;
  }

  /** A page to visit the OP from this probe: of an earlier step, or a new one. It may have a history. */
  pageFor(browser: BrowserContext, rp: RelyingParty): Promise<Page> {
    return this.#pages.take(browser, rp.base);
  }

  /** Keeps a page that has come back to this probe for a later step. Nothing may act on it any more. */
  keepPage(page: Page, rp: RelyingParty): Promise<void> {
    return this.#pages.give(page, rp.base);
  }

  /** playground2 and playground3. Skips the check if the run has none. */
  async playground(): Promise<Playground> {
    const playground = await this.#playground();
    return typeof playground === "string" ? this.report.skip(playground) : playground;
  }

  /** Another issuer of the same server. Skips the check if the run has none. */
  async otherIssuer(): Promise<OtherIssuer> {
    const other = await this.#otherIssuer();
    return typeof other === "string" ? this.report.skip(other) : other;
  }

  /** Signs the user in at a probe; signs in at the OP only if it asks.
   * @param parameters override those of the usual authorization request */
  async signIn(
    browser: BrowserContext,
    rp: RelyingParty,
    user: User,
    parameters: Record<string, string> = {},
  ): Promise<SignIn> {
    const request = await rp.authorizationRequest(parameters);
    const page = await this.pageFor(browser, rp);
    const from = performance.now();
    await page.goto(request.url);
    const answers = RelyingParty.answers(request);
    // With a session, the OP may have asked nothing.
    const isOver = rp.recorder.since(from, "authorization").some(answers);
    const login = isOver ? Promise.resolve() : this.driver.login(page, user, this.context);
    const failure = Promise.withResolvers<never>();
    void login.catch((error: unknown) => failure.reject(error));
    failure.promise.catch(() => undefined);
    const answered = rp.recorder.waitFor(answers, { from, timeout: patience });
    const failed = `${user.name} could not sign in at ${rp.name}`;
    const answer = await Promise.race([answered, failure.promise]).catch(async (error: unknown) => {
      this.report.note(`${failed}; the browser is at`, await placeOf(page, this.context));
      if (error instanceof Stuck) return this.report.fail(`${failed}: ${error.message}`);
      throw error;
    });
    if (!answer) {
      this.report.note(`${failed}; the browser is at`, await placeOf(page, this.context));
      this.report.fail(`${failed}: ${rp.whyNoAnswer(request, from)} (${patience / 1000} s).`);
    }
    const signIn = await this.#complete(browser, rp, request, answer);
    if ("error" in signIn) this.report.fail(`${failed}: ${signIn.error} ${signIn.description ?? ""}`);
    const { sub, sid = "none" } = signIn;
    this.report.note(`${user.name} signed in at ${rp.name}`, { sub, sid });
    // A driver that is not done would go on in whatever the page shows next.
    if (await settles(login)) await this.keepPage(page, rp);
    else await closePage(page);
    return signIn;
  }

  /** Asks with `prompt=none` whether a user is signed in. */
  async ask(
    browser: BrowserContext,
    rp: RelyingParty,
    parameters: Record<string, string> = {},
  ): Promise<SignIn | Refused> {
    const hint = this.driver.promptNoneNeedsHint && this.#latest.hintFor(browser, rp);
    const hinted: Record<string, string> = hint ? { id_token_hint: hint } : {};
    const request = await rp.authorizationRequest({ prompt: "none", ...hinted, ...parameters });
    const page = await this.pageFor(browser, rp);
    const from = performance.now();
    await page.goto(request.url).catch(() => undefined); // the callback may have answered while the page still loads
    const answer = await rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: patience });
    const url = withoutQueries(page.url());
    if (answer) await this.keepPage(page, rp);
    else await closePage(page);
    if (!answer)
      this.report.fail(
        `prompt=none at ${rp.name}: ${rp.whyNoAnswer(request, from)}; the browser was left at ${url}.`,
      );
    const result = await this.#complete(browser, rp, request, answer);
    this.report.note(
      `prompt=none at ${rp.name}`,
      "error" in result ? { error: result.error } : { sub: result.sub, sid: result.sid ?? "none" },
    );
    return result;
  }

  async #complete(
    browser: BrowserContext,
    rp: RelyingParty,
    request: AuthorizationRequest,
    answer: Recorded,
  ) {
    try {
      const result = await rp.complete(request, answer);
      if (!("error" in result)) this.#latest.remember(browser, result);
      return result;
    } catch (error) {
      if (error instanceof ProtocolError)
        this.report.fail(`The answer to ${rp.name} is not valid: ${error.message}`);
      throw error;
    }
  }

  /** Runs when the check has ended, whatever its verdict. */
  afterwards(undo: () => void | Promise<void>): void {
    this.#undo.push(undo);
  }

  /** Closes the browsers and undoes the rest, even if some of it fails.
   * @throws {AggregateError} of all failures */
  async cleanUp(): Promise<void> {
    const failures: unknown[] = [];
    const close = this.#opened.map((context) => () => context.close());
    for (const undo of [...close, ...this.#undo.toReversed()]) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
  }
}
