/** Checks that leave a verdict each, which pages, log and tests read. */
import { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
import { show, type Verdict, type VerdictResult } from "./verdict.ts";

/** A verdict before it is put into words: most are never read. */
export type Found = readonly [check: string, result: VerdictResult, actual?: unknown, expected?: string];

/** The checks of one message in their order; those after a failure read `skip`. */
export class Checklist<Name extends string> {
  readonly #clauses: Readonly<Record<Name, string>>;
  readonly #code: ProtocolErrorCode;
  readonly #found = new Map<string, Found>();

  /** @param code of the error that a failed check throws
   *  @param clauses the checks in order, each with its clause */
  constructor(code: ProtocolErrorCode, clauses: Readonly<Record<Name, string>>) {
    this.#code = code;
    this.#clauses = clauses;
  }

  /** What the checks have found so far. */
  get found(): Found[] {
    return [...this.#found.values()];
  }

  /** All of them; empty before the first check. */
  get verdicts(): Verdict[] {
    return this.#found.size === 0 ? [] : worded(this.found, this.#clauses);
  }

  passed(check: Name): boolean {
    return this.#found.get(check)?.[1] === "pass";
  }

  pass(check: Name, actual?: unknown): void {
    this.#found.set(check, actual === undefined ? [check, "pass"] : [check, "pass", actual]);
  }

  warn(check: Name, expected: string, actual: unknown): void {
    this.#found.set(check, [check, "warn", actual, expected]);
  }

  /** @throws {ProtocolError} always, with the verdicts so far */
  fail(check: Name, message: string, expected: string, actual: unknown, help?: string): never {
    this.#found.set(check, [check, "fail", actual, expected]);
    throw new ProtocolError(this.#code, show(message), {
      verdicts: this.verdicts,
      ...(help ? { help } : {}),
    });
  }

  /** `pass` when `condition` holds, `fail` otherwise.
   * @param expected a function where the words cost something */
  require(
    check: Name,
    condition: boolean,
    message: string,
    expected: string | (() => string),
    actual: unknown,
  ): void {
    if (condition) this.pass(check, actual);
    else this.fail(check, message, typeof expected === "string" ? expected : expected(), actual);
  }
}

/** The verdicts of these checks, in their order. */
export function worded(found: readonly Found[], clauses: Readonly<Record<string, string>>): Verdict[] {
  const results = new Map(found.map((each) => [each[0], each]));
  return Object.entries(clauses).map(([check, clause]) => {
    const [, result, actual, expected] = results.get(check) ?? [check, "skip"];
    return {
      ...{ check, clause, result },
      ...(expected === undefined ? {} : { expected: show(expected) }),
      ...(actual === undefined ? {} : { actual: show(actual) }),
    };
  });
}
