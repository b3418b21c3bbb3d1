import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { CheckResult } from "../model/check.ts";
import { createProgress, type Progress, type Screen } from "./progress.ts";

const check = (id: string) => ({ id });
const result = (id: string, more: Partial<CheckResult> = {}): CheckResult => ({
  ...{ id, title: "A title", clause: "RIL 2", severity: "high", cookieMode: "cookies-allowed" },
  ...{ verdict: "pass", reason: "", evidence: [], durationMs: 1 },
  ...more,
});

describe("the progress of a run", () => {
  let written: string[];
  let at: number;
  let progress: Progress | undefined;

  /** A progress on a screen with these properties. */
  function begin(screen: Partial<Screen>, env: Record<string, string> = {}): Progress {
    progress = createProgress({ write: (text) => written.push(text), ...screen }, { env, now: () => at });
    return progress;
  }
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      at += 500;
      mock.timers.tick(500);
    }
  };
  const text = () => written.join("");
  /** The final content of a terminal, without cleared lines. */
  const shown = () =>
    text()
      .split("\n")
      .map((line) => stripVTControlCharacters(line.split("\u001b[2K").at(-1) ?? ""));

  beforeEach(() => {
    written = [];
    at = 0;
    mock.timers.enable({ apis: ["setInterval"] });
  });
  afterEach(() => {
    progress?.end();
    mock.timers.reset();
  });

  it("is plain lines without a terminal, free of control characters", () => {
    const progress = begin({}, { FORCE_COLOR: "1" });
    progress.prepares("starting");
    at = 60_000;
    progress.begins("https://op.example");
    progress.started(check("R-01"), 8);
    at = 63_000;
    progress.ended(result("R-01"), 7);
    progress.end();
    assert.equal(text(), "https://op.example\n✓ pass R-01 A title (7 left, 3 s)\n");
  });

  it("lists the running checks after 15 s without a verdict, and again after that", () => {
    const progress = begin({});
    pass(14_000);
    progress.started(check("R-05"), 2);
    pass(14_500);
    progress.started(check("B-02"), 2);
    assert.equal(text(), "");
    pass(500);
    assert.equal(text(), "still running: R-05 (15 s), B-02 (1 s)\n");
    pass(15_000);
    assert.match(text(), /\nstill running: R-05 \(30 s\), B-02 \(16 s\)\n$/);
    progress.ended(result("R-05"), 1);
    pass(14_500);
    assert.match(text(), /R-05 A title \(1 left, 44 s\)\n$/);
    pass(500);
    assert.match(text(), /\nstill running: B-02 \(31 s\)\n$/);
  });

  it("has a status line below the verdicts in a terminal, which is updated and fits", () => {
    const progress = begin({ isTTY: true, columns: 200 });
    progress.prepares("signing in alice");
    assert.deepEqual(shown(), ["0 s  signing in alice"]);
    progress.started(check("R-01"), 8);
    progress.started(check("F-03"), 8);
    assert.deepEqual(shown(), ["0 s  0 fail, 0 warn, 0 pass, 0 info, 0 skip, 8 left  now R-01, F-03"]);
    progress.ended(result("R-01", { verdict: "fail", reason: "It did not." }), 7);
    pass(2_000);
    assert.deepEqual(shown(), [
      "✗ fail R-01 A title (7 left, 0 s)",
      "      It did not.",
      "2 s  1 fail, 0 warn, 0 pass, 0 info, 0 skip, 7 left  now F-03",
    ]);
    progress.end();
    assert.equal(shown().at(-1), "");
    begin({ isTTY: true, columns: 20 }).prepares("something that takes many words");
    assert.equal(shown().at(-1), "0 s  something that");
  });

  it("has colours only in a terminal, and not with NO_COLOR", () => {
    const red = "\u001b[31m✗ fail\u001b[39m R-01";
    for (const [screen, env, coloured] of [
      [{ isTTY: true }, {}, true],
      [{ isTTY: true }, { NO_COLOR: "1" }, false],
      [{ isTTY: true }, { TERM: "dumb" }, false],
      [{}, { FORCE_COLOR: "1" }, false],
    ] as const) {
      written = [];
      const progress = begin(screen, env);
      progress.ended(result("R-01", { verdict: "fail" }), 0);
      progress.end();
      assert.equal(text().includes(red), coloured, JSON.stringify({ screen, env }));
    }
  });

  it("shows text of the OP without obeying it", () => {
    const progress = begin({});
    progress.ended(result("R-01", { reason: "one\u001b[2J\u001b]0;title\u0007\r\n✓ pass\u202e" }), 0);
    assert.equal(text().split("\n").length, 3);
    assert.doesNotMatch(text().replaceAll("\n", ""), /[\p{Cc}\u202e]/u);
  });

  it("says that a result is as expected, and why", () => {
    const expected = { verdict: "fail", reason: "Known since 2.7." } as const;
    begin({}).ended(result("R-01", { verdict: "fail", reason: "No.", expected }), 0);
    assert.match(text(), /\n {6}No\.\n {6}As expected: Known since 2\.7\.\n$/);
  });
});
