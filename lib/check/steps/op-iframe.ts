/** The OP iframe in the page of a probe (SM 3): what an RP iframe is answered there. */
import type { BrowserContext, Frame } from "@playwright/test";
import type { RelyingParty, Session } from "../probe/relying-party.ts";
import { Ended, type Trial } from "../run/trial.ts";

/** `silent`: nothing within two seconds. Anything else that came is shown as text. */
export type IframeAnswer = "unchanged" | "changed" | "error" | "silent" | `other: ${string}`;

/** Longest that the OP iframe may take to load, in milliseconds. */
const patience = 10_000;

/** The functions of the probe's page, as `evaluate` sees them. */
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
   * @param base the probe's page by another of its names
   * @param src the OP iframe with other parameters than discovery gives it */
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

  /** Frames it, also once more. */
  async load(): Promise<void> {
    // Where the check has logged out, that is what has to be sent by hand.
    if (!this.#trial.curl) this.#trial.noteRequest("the OP iframe", "GET", this.src);
    const loaded = this.host.evaluate(
      (src) => (globalThis as unknown as PageFunctions).load(src).then(() => true),
      this.src,
    );
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(late.resolve, patience, false);
    const inTime = await Promise.race([loaded, late.promise]).finally(() => clearTimeout(timer));
    if (!inTime) this.#trial.fail(`The OP iframe has not loaded within ${patience / 1000} s: ${this.src}`);
  }

  /** Asks as the RP iframe beside it does. */
  async ask(message: unknown): Promise<IframeAnswer> {
    const [answer] = await this.askOften(message, 1);
    return answer as IframeAnswer;
  }

  /** Asks that many times, one after the other, and gives each different answer once. */
  async askOften(message: unknown, times: number): Promise<IframeAnswer[]> {
    const answers = await this.host.evaluate(
      async ([text, origin, count]) => {
        const heard = new Set<unknown>();
        const { ask } = globalThis as unknown as PageFunctions;
        for (let asked = 0; asked < count; asked++) heard.add(await ask(text, origin));
        return [...heard];
      },
      [message, new URL(this.src).origin, times] as const,
    );
    const known = answers.map(answerOf);
    this.#trial.note(`the OP iframe, asked from ${new URL(this.host.url()).origin}`, {
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
  const text = typeof message === "string" ? message : JSON.stringify(message);
  return text.length > 300 ? `${text.slice(0, 100)}… (${text.length} characters)` : text;
}

/** `check_session_iframe` of discovery. */
export function iframeUrl(trial: Trial): string {
  const url = trial.metadata.check_session_iframe;
  if (typeof url !== "string" || !URL.canParse(url))
    trial.fail("check_session_iframe of discovery is no URL.");
  return new URL(url).href;
}

/** The parameters that some OPs want, WSO2 IS among them, and that no specification knows. */
export const withClient = (src: string, { client, base }: RelyingParty): string => {
  const url = new URL(src);
  url.searchParams.set("client_id", client.clientId);
  url.searchParams.set("redirect_uri", `${base}/callback`);
  return url.href;
};

/** SM 3.1: what an RP iframe asks. Fails without `session_state`, which S-01 is about too. */
export function question(trial: Trial, { rp, sessionState }: Session): string {
  if (!sessionState) trial.fail(`The answer to ${rp.name} had no session_state (SM 2).`);
  return `${rp.client.clientId} ${sessionState}`;
}

/** Why the OP iframe cannot see who is signed in, whatever the OP does; undefined where it can. */
export function whyBlind(trial: Trial): string | undefined {
  const [op, page] = [new URL(iframeUrl(trial)), new URL(trial.rp("rp-a").base)];
  if (op.protocol === page.protocol && op.hostname === page.hostname) return undefined;
  if (op.protocol === "http:")
    return "On plain http no cookie of the OP reaches a frame on a page of another site.";
  if (trial.cookieMode === "cookies-blocked")
    return "With third-party cookies blocked the OP iframe cannot see the login; S-14 judges what it answers then.";
  return undefined;
}

/** Skips the check where the OP iframe cannot see who is signed in. */
export function needsSight(trial: Trial): void {
  const why = whyBlind(trial);
  if (why) trial.skip(why);
}

/** The positive twin: this page is told that the login is the same. Where the OP iframe wants to know the client from
 * its address, it is told (S-12 holds it against the OP). */
export async function assertUnchanged(trial: Trial, iframe: OpIframe, session: Session): Promise<void> {
  const asked = question(trial, session);
  let answer = await iframe.ask(asked);
  if (answer !== "unchanged" && answer !== "changed" && !iframe.src.includes("client_id=")) {
    const plain = iframe.src;
    iframe.src = withClient(plain, session.rp);
    await iframe.load();
    const again = await iframe.ask(asked);
    if (again === "unchanged") {
      trial.note("the OP iframe", "answers only with client_id and redirect_uri in its address (S-12)");
      answer = again;
    } else iframe.src = plain;
  }
  if (answer !== "unchanged")
    trial.fail(`While the login is the same, the OP iframe answers ${answer} at ${session.rp.name}.`);
}

/** The same for a check that is about something else: skipped where not even this is so, for then nothing can be told. */
export async function needsUnchanged(trial: Trial, iframe: OpIframe, session: Session): Promise<void> {
  try {
    await assertUnchanged(trial, iframe, session);
  } catch (error) {
    if (!(error instanceof Ended && error.verdict === "fail")) throw error;
    trial.skip(`${error.message} That is S-05; of anything else nothing can be told.`);
  }
}

/** Fails unless the page is told that the login is another one, or gone. */
export async function assertChanged(
  trial: Trial,
  iframe: OpIframe,
  session: Session,
  when: string,
): Promise<void> {
  const answer = await iframe.ask(question(trial, session));
  if (answer !== "changed") trial.fail(`${when}, the OP iframe answers ${answer} at ${session.rp.name}.`);
}
