/** What a check reports while it runs: its verdict, warnings, measurements and evidence. */
import type { CheckResult, Evidence, Severity, Verdict } from "../model/check.ts";
import { CheckEnded } from "../model/errors.ts";
import { curlOf, type Parameters, shortened } from "./evidence.ts";

export interface CheckReportSettings {
  /** When the run began, on the clock of the recorders (`performance.now()`). */
  runStartedAt: number;
  /** The verdict of an earlier check, once it has ended; undefined if the run has no such check, or a later one. */
  verdictOf: (id: string) => Promise<Verdict | undefined>;
}

export class CheckReport {
  readonly evidence: Evidence[] = [];
  readonly warnings: string[] = [];
  readonly measured: string[] = [];
  /** Sends the latest noted request by hand. */
  curl: string | undefined;
  /** When the latest noted request was sent, on the clock of the recorders. */
  requestedAt: number | undefined;
  readonly #runStartedAt: number;
  readonly #verdictOf: CheckReportSettings["verdictOf"];

  constructor({ runStartedAt, verdictOf }: CheckReportSettings) {
    this.#runStartedAt = runStartedAt;
    this.#verdictOf = verdictOf;
  }

  /** The OP violates the clause. Ends the check. */
  fail(reason: string): never {
    throw new CheckEnded("fail", reason);
  }

  /** The clause cannot be tested at this OP. Ends the check. */
  skip(reason: string): never {
    throw new CheckEnded("skip", reason);
  }

  /** Fails unless the condition holds. */
  require(condition: boolean, reason: string): void {
    if (!condition) this.fail(reason);
  }

  /** A violated SHOULD, or bad practice; the check goes on. Said once, however often it is found. */
  warn(reason: string): void {
    if (!this.warnings.includes(reason)) this.warnings.push(reason);
  }

  /** Warns unless the condition holds: for what is discouraged, but not forbidden. */
  advise(condition: boolean, reason: string): void {
    if (!condition) this.warn(reason);
  }

  /** A figure or an observation that is neither right nor wrong. */
  measure(text: string): void {
    this.measured.push(text);
  }

  note(what: string, detail: Evidence["detail"]): void {
    this.evidence.push({ at: Math.round(performance.now() - this.#runStartedAt), what, detail });
  }

  /** Notes a request and how to send it by hand. */
  noteRequest(what: string, method: string, url: string, parameters: Parameters = {}): void {
    this.requestedAt = performance.now();
    this.curl = curlOf(method, url, parameters);
    this.note(what, { method, url, ...shortened(parameters) });
  }

  /** Skips the check if one of these has failed for the same reason, so that one fault is reported once.
   * @param ids of checks that come earlier in the catalogue */
  async deferTo(ids: readonly string[], reason: string): Promise<void> {
    for (const id of ids) {
      if ((await this.#verdictOf(id)) === "fail")
        this.skip(`${reason} See ${id}; nothing else can be concluded.`);
    }
  }

  /** The verdict of a check that ran to its end. */
  outcome(severity: Severity): Pick<CheckResult, "verdict" | "reason"> {
    if (this.warnings.length > 0) return { verdict: "warn", reason: this.warnings.join(" ") };
    const reason = this.measured.join(" ");
    return { verdict: reason !== "" && severity === "info" ? "info" : "pass", reason };
  }
}
