/** The OP iframe in the page of a probe (SM 3), and its answers to an RP iframe. */
import type { BrowserContext, Frame } from "@playwright/test";
import { foreignText } from "#lib/net/foreign-text.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import { CheckEnded } from "../model/errors.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { within } from "../run/within.ts";

/** `silent`: no answer within two seconds. */
type IframeAnswer = "unchanged" | "changed" | "error" | "silent" | `other: ${string}`;

/** Longest that the OP iframe may take to load, in milliseconds. */
const patience = 10_000;

/** The global functions of the probe's page. */
interface PageFunctions {
  load(src: string): Promise<void>;
  ask(message: unknown, targetOrigin: string): Promise<unknown>;
}

export class OpIframe {
  /** The probe's page around it. */
  readonly host: Frame;
  src: string;
  readonly #trial: Trial;

  constructor(trial: Trial, host: Frame, src = iframeUrl(trial)) {
    this.#trial = trial;
    this.host = host;
    this.src = src;
  }

  /** Opens the page of a probe and frames the OP iframe in it.
   * @param base another URL of the probe
   * @param src the OP iframe with other parameters than in discovery */
  static async open(
    trial: Trial,
    browser: BrowserContext,
    rp: RelyingParty,
    { base = rp.base, src = iframeUrl(trial) }: { base?: string; src?: string } = {},
  ): Promise<OpIframe> {
    const page = await browser.newPage();
    await page.goto(`${base}/op-iframe`);
    const iframe = new OpIframe(trial, page.mainFrame(), src);
    await iframe.load();
    return iframe;
  }

  /** Loads it, or loads it again. */
  async load(): Promise<void> {
    // A logout request of the check stays the request to send by hand.
    if (!this.#trial.report.curl) this.#trial.report.noteRequest("the OP iframe", "GET", this.src);
    const loaded = this.host.evaluate(
      (src) => (globalThis as unknown as PageFunctions).load(src).then(() => true),
      this.src,
    );
    if (!(await within(loaded, patience, false)))
      this.#trial.report.fail(`The OP iframe did not load within ${patience / 1000} s: ${this.src}`);
  }

  /** Asks from the RP iframe beside it. */
  async ask(message: unknown): Promise<IframeAnswer> {
    const [answer] = await this.askOften(message, 1);
    return answer as IframeAnswer;
  }

  /** Asks that many times, one after the other.
   * @returns each different answer once */
  async askOften(message: unknown, times: number): Promise<IframeAnswer[]> {
    const answers = await this.host.evaluate(
      async ([text, origin, count]) => {
        const distinct = new Set<unknown>();
        const { ask } = globalThis as unknown as PageFunctions;
        for (let asked = 0; asked < count; asked++) distinct.add(await ask(text, origin));
        return [...distinct];
      },
      [message, new URL(this.src).origin, times] as const,
    );
    const known = answers.map(answerOf);
    this.#trial.report.note(`the OP iframe, asked from ${new URL(this.host.url()).origin}`, {
      message: shortened(message),
      ...(times > 1 ? { times } : {}),
      answer: known.join(", "),
    });
    return known;
  }
}

const answerOf = (answer: unknown): IframeAnswer =>
  answer === "unchanged" || answer === "changed" || answer === "error" || answer === "silent"
    ? answer
    : `other: ${shortened(answer)}`;

function shortened(message: unknown): string {
  const text = foreignText(message, 10_000);
  return text.length > 300 ? `${text.slice(0, 100)}… (${text.length} characters)` : text;
}

/** `check_session_iframe` of discovery; fails if it is not a URL. */
export function iframeUrl(trial: Trial): string {
  const url = trial.metadata.check_session_iframe;
  if (typeof url !== "string" || !URL.canParse(url))
    trial.report.fail("check_session_iframe in discovery is not a URL.");
  return new URL(url).href;
}

/** With parameters that some OPs need, such as WSO2 IS, although no specification has them. */
export const withClient = (src: string, { client, base }: RelyingParty): string => {
  const url = new URL(src);
  url.searchParams.set("client_id", client.clientId);
  url.searchParams.set("redirect_uri", `${base}/callback`);
  return url.href;
};

/** The message of an RP iframe (SM 3.1). Fails without `session_state`, as S-01 does. */
export function question(report: CheckReport, { rp, sessionState }: SignIn): string {
  if (!sessionState) report.fail(`The answer to ${rp.name} had no session_state (SM 2).`);
  return `${rp.client.clientId} ${sessionState}`;
}

/** Why the OP iframe cannot see the login, whatever the OP does; undefined if it can. */
export function whyBlind(trial: Trial): string | undefined {
  const [op, page] = [new URL(iframeUrl(trial)), new URL(trial.rp("rp-a").base)];
  if (op.protocol === page.protocol && op.hostname === page.hostname) return undefined;
  if (op.protocol === "http:")
    return "On plain http no cookie of the OP reaches an iframe in a page of another site.";
  if (trial.cookieMode === "cookies-blocked")
    return "With third-party cookies blocked the OP iframe cannot see the login; S-14 judges what it answers then.";
  return undefined;
}

/** Skips the check if the OP iframe cannot see the login. */
export function needsSight(trial: Trial): void {
  const why = whyBlind(trial);
  if (why) trial.report.skip(why);
}

/** The positive twin: while the login is the same, the OP iframe says so. If it works only with the client in its URL, it
 * gets that (S-12 reports it). */
export async function assertUnchanged(report: CheckReport, iframe: OpIframe, session: SignIn): Promise<void> {
  const asked = question(report, session);
  let answer = await iframe.ask(asked);
  if (answer !== "unchanged" && answer !== "changed" && !iframe.src.includes("client_id=")) {
    const plain = iframe.src;
    iframe.src = withClient(plain, session.rp);
    await iframe.load();
    const again = await iframe.ask(asked);
    if (again === "unchanged") {
      report.note("the OP iframe", "answers only with client_id and redirect_uri in its URL (S-12)");
      answer = again;
    } else iframe.src = plain;
  }
  if (answer !== "unchanged")
    report.fail(`While the login is the same, the OP iframe answers ${answer} at ${session.rp.name}.`);
}

/** The same as a precondition: skips the check if it fails, because nothing else can be concluded then. */
export async function needsUnchanged(report: CheckReport, iframe: OpIframe, session: SignIn): Promise<void> {
  try {
    await assertUnchanged(report, iframe, session);
  } catch (error) {
    if (!(error instanceof CheckEnded && error.verdict === "fail")) throw error;
    report.skip(`${error.message} See S-05; nothing else can be concluded.`);
  }
}

/** Fails unless the OP iframe says that the login has changed or ended. */
export async function assertChanged(
  report: CheckReport,
  iframe: OpIframe,
  session: SignIn,
  when: string,
): Promise<void> {
  const answer = await iframe.ask(question(report, session));
  if (answer !== "changed") report.fail(`${when}, the OP iframe answers ${answer} at ${session.rp.name}.`);
}
