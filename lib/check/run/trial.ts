/** One check at work: the steps that checks share, what they find, and what of it becomes evidence. */
import type { BrowserContext } from "@playwright/test";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { Metadata, OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver, DriverContext, RegisteredClient, User } from "#lib/products/driver.ts";
import { curlOf, type Parameters, shortened } from "../evidence/evidence.ts";
import { withoutQueries } from "../evidence/redaction.ts";
import type { CookieMode, Evidence, Verdict } from "../model/check.ts";
import { LatestIdTokens } from "../probe/latest-id-tokens.ts";
import type { ByHand, ProbeName, World } from "../probe/probe-set.ts";
import type { Recorded } from "../probe/recorder.ts";
import {
  type AuthorizationRequest,
  type Refused,
  RelyingParty,
  type Session,
} from "../probe/relying-party.ts";
import type { Browsers } from "./browsers.ts";
import { closed } from "./close-page.ts";
import type { OtherIssuer, OtherIssuerOfRun } from "./other-issuer.ts";
import type { Playground } from "./playground.ts";

/** The real apps of a run, started when a check first asks; a text says why there are none. */
export type PlaygroundOfRun = () => Promise<Playground | string>;

/** Longest that a browser may take from an authorization request to its answer, in milliseconds. */
const patience = 30_000;

export interface TrialSettings {
  world: World;
  /** Those of all workers. */
  worlds: readonly World[];
  users: { alice: User; bob: User };
  provider: OpenIdProvider;
  metadata: Metadata;
  driver: Driver;
  context: DriverContext;
  byHand: ByHand | undefined;
  playground: PlaygroundOfRun;
  otherIssuer: OtherIssuerOfRun;
  browsers: Browsers;
  cookieMode: CookieMode;
  /** When the run began, on the clock of the recorders. */
  runStartedAt: number;
  /** What an earlier check says once it has ended; undefined where the run has none of this id, or a later one. */
  verdictOf: (id: string) => Promise<Verdict | undefined>;
}

/** Thrown by `fail` and `skip`: it ends the check. */
export class Ended extends Error {
  override readonly name = "Ended";
  readonly verdict: Verdict;

  constructor(verdict: Verdict, reason: string) {
    super(reason);
    this.verdict = verdict;
  }
}

export class Trial {
  readonly world: World;
  /** Those of all workers: for a check that runs alone, and looks at what has come in the whole run. */
  readonly worlds: readonly World[];
  readonly alice: User;
  readonly bob: User;
  readonly provider: OpenIdProvider;
  readonly metadata: Metadata;
  readonly driver: Driver;
  readonly context: DriverContext;
  /** Registers a client that is removed when the check has ended. Absent where clients are registered by hand. */
  readonly register: ((metadata: ClientMetadata) => Promise<RegisteredClient>) | undefined;
  readonly cookieMode: CookieMode;
  /** When this check began, on the clock of the recorders. */
  readonly startedAt = performance.now();
  readonly evidence: Evidence[] = [];
  readonly warnings: string[] = [];
  readonly measured: string[] = [];
  curl: string | undefined;
  /** When the latest request that was noted was sent, on the clock of the recorders. */
  requestedAt: number | undefined;
  /** Probes that this check alone has, beside those of its world. */
  readonly extras: RelyingParty[] = [];
  /** Clients that it registered, whether or not a probe has them. */
  readonly registered: RegisteredClient[] = [];
  readonly #browsers: Browsers;
  readonly #playground: PlaygroundOfRun;
  readonly #otherIssuer: OtherIssuerOfRun;
  readonly #runStartedAt: number;
  readonly #verdictOf: TrialSettings["verdictOf"];
  readonly #latest = new LatestIdTokens();
  readonly #opened: BrowserContext[] = [];
  readonly #undo: (() => void | Promise<void>)[] = [];

  constructor(settings: TrialSettings) {
    this.world = settings.world;
    this.worlds = settings.worlds;
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
    this.#runStartedAt = settings.runStartedAt;
    this.#verdictOf = settings.verdictOf;
  }

  // What a check says.

  /** The OP does not do what the clause demands. Ends the check. */
  fail(reason: string): never {
    throw new Ended("fail", reason);
  }

  /** It cannot be tried at this OP. Ends the check. */
  skip(reason: string): never {
    throw new Ended("skip", reason);
  }

  /** Something that this check presupposes is not so. Skips it where a check that is for just that has failed: there is
   * one fault, and it is told once.
   * @param ids of those checks; they come before this one in the catalogue */
  async deferTo(ids: readonly string[], reason: string): Promise<void> {
    for (const id of ids) {
      if ((await this.#verdictOf(id)) === "fail")
        this.skip(`${reason} That is ${id}; of anything else nothing can be told.`);
    }
  }

  /** Fails unless it holds. */
  require(condition: boolean, reason: string): void {
    if (!condition) this.fail(reason);
  }

  /** Against a SHOULD, or against good practice; the check goes on. */
  warn(reason: string): void {
    this.warnings.push(reason);
  }

  /** A figure or an observation that is neither right nor wrong. */
  measure(text: string): void {
    this.measured.push(text);
  }

  note(what: string, detail: Evidence["detail"]): void {
    this.evidence.push({ at: Math.round(performance.now() - this.#runStartedAt), what, detail });
  }

  /** Undone when the check has ended, however it ends. */
  afterwards(undo: () => void | Promise<void>): void {
    this.#undo.push(undo);
  }

  /** Closes its browsers and undoes the rest, each whether or not another fails.
   * @throws {AggregateError} with what could not be undone */
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

  async #register(metadata: ClientMetadata): Promise<RegisteredClient> {
    const client = (await this.driver.register?.(metadata, this.context)) as RegisteredClient;
    if (client.remove) this.afterwards(client.remove);
    this.registered.push(client);
    return client;
  }

  // What a check does.

  /** A browser of its own: no cookie, no history. */
  async browser(): Promise<BrowserContext> {
    const context = await this.#browsers.fresh();
    this.#opened.push(context);
    return context;
  }

  /** Those that it has opened, in that order. */
  get browsers(): readonly BrowserContext[] {
    return this.#opened;
  }

  /** playground2 and playground3. Skips the check where the run has none. */
  async playground(): Promise<Playground> {
    const playground = await this.#playground();
    return typeof playground === "string" ? this.skip(playground) : playground;
  }

  /** Another issuer of the same server. Skips the check where the run has none. */
  async otherIssuer(): Promise<OtherIssuer> {
    const other = await this.#otherIssuer();
    return typeof other === "string" ? this.skip(other) : other;
  }

  rp(name: ProbeName): RelyingParty {
    return this.world[name];
  }

  /** Every probe that a browser may come to. */
  get probes(): RelyingParty[] {
    return [...Object.values(this.world), ...this.extras];
  }

  /** Whether a probe answers there, by whatever name of its host. */
  isAtProbe(url: string): boolean {
    const { protocol, port } = new URL(url);
    return protocol === "http:" && this.probes.some(({ recorder }) => port === String(recorder.port));
  }

  /** Signs the user in at a probe; signs in at the OP only if it asks.
   * @param parameters of the authorization request, over the usual ones */
  async signIn(
    browser: BrowserContext,
    rp: RelyingParty,
    user: User,
    parameters: Record<string, string> = {},
  ): Promise<Session> {
    const request = await rp.authorizationRequest(parameters);
    const page = await browser.newPage();
    const from = performance.now();
    await page.goto(request.url);
    const failure = Promise.withResolvers<never>();
    void this.driver.login(page, user).catch((error: unknown) => failure.reject(error));
    failure.promise.catch(() => undefined);
    const answered = rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: patience });
    const answer = await Promise.race([answered, failure.promise]);
    if (!answer)
      this.fail(`${user.name} could not sign in at ${rp.name}: no answer in ${patience / 1000} s.`);
    const session = await this.#complete(browser, rp, request, answer);
    if ("error" in session) {
      this.fail(
        `${user.name} could not sign in at ${rp.name}: ${session.error} ${session.description ?? ""}`,
      );
    }
    this.note(`${user.name} signed in at ${rp.name}`, { sub: session.sub, sid: session.sid ?? "none" });
    await closed(page);
    return session;
  }

  /** Asks with `prompt=none` whether somebody is signed in. */
  async ask(
    browser: BrowserContext,
    rp: RelyingParty,
    parameters: Record<string, string> = {},
  ): Promise<Session | Refused> {
    const hint = this.driver.promptNoneNeedsHint && this.#latest.hintFor(browser, rp);
    const hinted: Record<string, string> = hint ? { id_token_hint: hint } : {};
    const request = await rp.authorizationRequest({ prompt: "none", ...hinted, ...parameters });
    const page = await browser.newPage();
    const from = performance.now();
    await page.goto(request.url).catch(() => undefined); // the callback may have answered while the page still loads
    const answer = await rp.recorder.waitFor(RelyingParty.answers(request), { from, timeout: patience });
    const url = withoutQueries(page.url());
    await closed(page);
    if (!answer) this.fail(`prompt=none got no answer at ${rp.name}; the browser was left at ${url}.`);
    const result = await this.#complete(browser, rp, request, answer);
    this.note(
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
        this.fail(`The answer to ${rp.name} does not hold: ${error.message}`);
      throw error;
    }
  }

  /** Everything that has come to a probe since the check began. */
  received(rp: RelyingParty, kind: Recorded["kind"], since = this.startedAt): Recorded[] {
    return rp.recorder.since(since, kind);
  }

  /** Remembers how a request is sent by hand, and shows it. */
  noteRequest(what: string, method: string, url: string, parameters: Parameters = {}): void {
    this.requestedAt = performance.now();
    this.curl = curlOf(method, url, parameters);
    this.note(what, { method, url, ...shortened(parameters) });
  }
}
