/** Checks that leave a verdict each, which pages, log and tests read. */
import { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
import { show, type Verdict } from "./verdict.ts";

/** The checks of one message in their order; those after a failure read `skip`. */
export class Checklist<Name extends string> {
  readonly #verdicts: Map<string, Verdict>;
  readonly #code: ProtocolErrorCode;

  /** @param code of the error that a failed check throws
   *  @param clauses the checks in order, each with its clause */
  constructor(code: ProtocolErrorCode, clauses: Readonly<Record<Name, string>>) {
    this.#code = code;
    const names = Object.keys(clauses) as Name[];
    this.#verdicts = new Map(
      names.map((check) => [check, { check, clause: clauses[check], result: "skip" }]),
    );
  }

  /** All of them; empty before the first check. */
  get verdicts(): Verdict[] {
    const all = [...this.#verdicts.values()];
    return all.some(({ result }) => result !== "skip") ? all.map((verdict) => ({ ...verdict })) : [];
  }

  passed(check: Name): boolean {
    return this.#verdicts.get(check)?.result === "pass";
  }

  pass(check: Name, actual?: unknown): void {
    this.#set(check, "pass", undefined, actual);
  }

  warn(check: Name, expected: string, actual: unknown): void {
    this.#set(check, "warn", expected, actual);
  }

  /** @throws {ProtocolError} always, with the verdicts so far */
  fail(check: Name, message: string, expected: string, actual: unknown, help?: string): never {
    this.#set(check, "fail", expected, actual);
    throw new ProtocolError(this.#code, show(message), {
      verdicts: this.verdicts,
      ...(help ? { help } : {}),
    });
  }

  /** `pass` when `condition` holds, `fail` otherwise. */
  require(check: Name, condition: boolean, message: string, expected: string, actual: unknown): void {
    if (condition) this.pass(check, actual);
    else this.fail(check, message, expected, actual);
  }

  #set(check: Name, result: Verdict["result"], expected?: string, actual?: unknown): void {
    const verdict = this.#verdicts.get(check);
    if (!verdict) throw new Error(`no such check: ${check}`);
    verdict.result = result;
    if (expected !== undefined) verdict.expected = show(expected);
    if (actual !== undefined) verdict.actual = show(actual);
  }
}
