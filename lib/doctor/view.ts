/** Findings for people at a terminal. */
import { styleText } from "node:util";
import { wholeText } from "#lib/net/foreign-text.ts";
import {
  bySeverity,
  checks,
  explanationOf,
  type Finding,
  type Result,
  resultNames,
  summaryOf,
} from "./finding.ts";

const colours = { problem: "red", warning: "yellow", unknown: "cyan", ok: "green" } as const satisfies Record<
  Result,
  string
>;

const resultWidth = Math.max(...Object.values(resultNames).map((name) => name.length)) + 2;

/** The findings as a list, problems first; `styleText` knows whether the terminal has colours. */
export function findingsView(findings: readonly Finding[], stream: NodeJS.WriteStream): string {
  const lines = bySeverity(findings).flatMap((each) => [
    `${styleText(colours[each.result], resultNames[each.result].padEnd(resultWidth), { stream })}${styleText("bold", checks[each.check].title, { stream })}: ${wholeText(each.found)}`,
    ...explanationOf(each).map((line) => `${" ".repeat(resultWidth)}${wholeText(line)}`),
  ]);
  return `${lines.join("\n")}\n\n${summaryOf(findings)}\n`;
}

/** The findings as data, each with its check. */
export const findingsData = (findings: readonly Finding[]) =>
  bySeverity(findings).map(({ check, result, found, todo }) => ({
    check,
    result,
    ...checks[check],
    found,
    todo,
  }));
