/** Made-up results for the tests of reports. */
import type { CheckResult } from "../../model/check.ts";
import type { Report } from "../report.ts";

/** A pass with changes. */
export const madeUp = (id: string, over: Partial<CheckResult> = {}): CheckResult => ({
  ...{ id, title: `What ${id} is about`, clause: "RIL 2", severity: "high" },
  ...{ cookieMode: "cookies-allowed", verdict: "pass", reason: "", evidence: [], durationMs: 1_500 },
  ...over,
});

export const failed = (id: string, over: Partial<CheckResult> = {}): CheckResult =>
  madeUp(id, { verdict: "fail", reason: `why ${id} failed`, ...over });

export const reportOf = (checks: CheckResult[], over: Partial<Report> = {}): Report => ({
  issuer: "https://op.example",
  driver: "generic",
  startedAt: "2026-11-21T10:00:00.000Z",
  durationMs: 83_000,
  capabilities: [
    { capability: "end-session", declared: true, configured: true, observed: true },
    { capability: "back-channel", declared: true, configured: false, observed: false },
  ],
  checks,
  ...over,
});

/** A run in which every text that an OP controls is this one, of checks without a page in docs/checking/checks. */
export const saidByOp = (text: string): Report =>
  reportOf(
    [
      failed("R-91", {
        reason: text,
        curl: text,
        evidence: [
          { at: 12, what: text, detail: text },
          { at: 30, what: text, detail: { [text]: text, deep: { list: [text] } } },
        ],
      }),
      failed("B-91", { reason: text, expected: { verdict: "fail", reason: text } }),
      madeUp("F-91", { verdict: "warn", reason: text, cookieMode: "cookies-blocked" }),
      madeUp("D-91", { verdict: "skip", reason: text }),
      madeUp("S-91", { reason: text }),
    ],
    { issuer: text, driver: text, notes: [text] },
  );
