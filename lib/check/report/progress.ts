/** Progress on the terminal: all verdicts and, below them, the running checks. Without a terminal, one line for each verdict
 * and for every long silence. */
import { styleText } from "node:util";
import { environment } from "#lib/config/env.ts";
import { oneLine } from "#lib/net/foreign-text.ts";
import type { CheckInfo, CheckResult, Verdict } from "../model/check.ts";
import { isAsExpected } from "../model/expectations.ts";

export interface Progress {
  /** The run begins. Times count from here.
   * @param line what is checked */
  begins(line: string): void;
  /** Something about the whole run that its user should know. */
  notes(line: string): void;
  /** A step before the first check. */
  prepares(what: string): void;
  /** @param left checks that have not ended */
  started(check: Pick<CheckInfo, "id">, left: number): void;
  ended(result: CheckResult, left: number): void;
  /** Removes the status line; nothing is written after it. */
  end(): void;
}

/** A terminal, or a replacement for one. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  now: () => number;
}

type Colour = Parameters<typeof styleText>[0];

const marks: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", warn: "!", info: "i", skip: "-" };
const colours: Readonly<Record<Verdict, Colour>> = {
  pass: "green",
  fail: "red",
  warn: "yellow",
  info: "cyan",
  skip: "gray",
};

/** Longest silence without a status line, in milliseconds. */
const silence = 15_000;
const clearLine = "\r\u001b[2K";

/** Redraws a status line if the screen is a terminal that can. */
export function createProgress(
  screen: Screen,
  { env, now }: Surroundings = { env: environment(), now: () => performance.now() },
): Progress {
  const terminal = screen.isTTY === true && env.TERM !== "dumb";
  const coloured = terminal && !env.NO_COLOR;
  let began = now();
  const running = new Map<string, number>();
  const verdicts: Pick<CheckResult, "verdict">[] = [];
  /** When the last line was written. */
  let quiet = began;
  let preparing = "";
  let left = 0;
  let ended = false;

  const seconds = (from: number) => `${Math.round((now() - from) / 1000)} s`;
  const status = () => {
    if (running.size === 0) return preparing && `${seconds(began)}  ${preparing}`;
    return `${seconds(began)}  ${countsOf(verdicts)}, ${left} left  now ${[...running.keys()].join(", ")}`;
  };
  const draw = () => {
    const line = status().slice(0, (screen.columns || 80) - 1);
    if (terminal && !ended && line) screen.write(`${clearLine}${line}`);
  };
  const write = (text: string) => {
    if (ended) return;
    screen.write(terminal ? `${clearLine}${text}\n` : `${text}\n`);
    draw();
  };
  const stillRunning = () => {
    if (running.size === 0 || now() - quiet < silence) return;
    quiet = now();
    const each = [...running].map(([id, from]) => `${id} (${seconds(from)})`);
    write(`still running: ${each.join(", ")}`);
  };
  const timer = setInterval(terminal ? draw : stillRunning, 1000);
  timer.unref();

  return {
    begins: (line) => {
      began = now();
      write(oneLine(line));
    },
    notes: (line) => write(`! ${oneLine(line)}`),
    prepares: (what) => {
      preparing = what;
      if (terminal && !what) screen.write(clearLine);
      draw();
    },
    started: ({ id }, rest) => {
      preparing = "";
      left = rest;
      if (running.size === 0) quiet = now();
      running.set(id, now());
      draw();
    },
    ended: (result, rest) => {
      running.delete(result.id);
      verdicts.push(result);
      left = rest;
      write(lineOf(result, `${rest} left, ${seconds(began)}`, coloured));
      quiet = now();
    },
    end: () => {
      clearInterval(timer);
      if (terminal && !ended) screen.write(clearLine);
      ended = true;
    },
  };
}

/** A check that has ended, with its verdict and reason. */
function lineOf(result: CheckResult, rest: string, coloured: boolean): string {
  const { id, title, verdict, reason, cookieMode, expected } = result;
  const mark = `${marks[verdict]} ${verdict.padEnd(4)}`;
  const shown = coloured ? styleText(colours[verdict], mark, { validateStream: false }) : mark;
  const mode = cookieMode === "cookies-blocked" ? " [third-party cookies blocked]" : "";
  const known = expected && isAsExpected(result) ? [`As expected: ${expected.reason}`] : [];
  const more = [...(reason ? [reason] : []), ...known].map((text) => `\n      ${oneLine(text)}`);
  return `${shown} ${id} ${title}${mode} (${rest})${more.join("")}`;
}

/** The counts of a run, worst first. */
export function countsOf(results: readonly Pick<CheckResult, "verdict">[]): string {
  const order: Verdict[] = ["fail", "warn", "pass", "info", "skip"];
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length;
  return order.map((verdict) => `${count(verdict)} ${verdict}`).join(", ");
}
