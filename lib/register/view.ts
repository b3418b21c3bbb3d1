/** The result of a registration as text. */
import type { FieldReport, RegistrationReport } from "#lib/oidc/registration-report.ts";

/** A line for each field that was not accepted. */
export const exceptions = (report: RegistrationReport): string[] =>
  report
    .filter(({ result }) => result !== "accepted")
    .map((each) => `Registration: ${each.field} was ${each.result}${detail(each)}.`);

/** A line for each field: its name, the result, what was asked. */
export function table(report: RegistrationReport): string[] {
  const width = Math.max(...report.map(({ field }) => field.length));
  return report.map((each) => {
    const { field, result, asked } = each;
    return `  ${field.padEnd(width)}  ${result.padEnd(8)}  ${shown(asked)}${detail(each)}`;
  });
}

function detail({ result, answer, reason }: FieldReport): string {
  const change = result === "changed" ? ` to ${shown(answer)}` : "";
  return change + (reason === undefined ? "" : ` (${reason.replace(/\.$/, "")})`);
}

const shown = (value: unknown): string =>
  Array.isArray(value)
    ? value.map((item) => (String(item).includes(" ") ? `"${item}"` : String(item))).join(" ")
    : String(value);
