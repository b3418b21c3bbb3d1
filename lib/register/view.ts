/** The result of a registration, for people at a terminal. */
import { foreignText, wholeText } from "#lib/net/foreign-text.ts";
import { type FieldReport, type RegistrationReport, saidOnce } from "#lib/oidc/registration-report.ts";
import type { RegisterOptions } from "./options.ts";
import type { AppRegistration } from "./register.ts";

/** One registered client.
 * @param said the refusals that were shown before */
export function textOf(registered: AppRegistration, issuer: string, said: Set<string>): string {
  const { app, clientId, formerClientId, outcome } = registered;
  const report = saidOnce(registered.report, said);
  const kind = registered.public ? "public client" : "client";
  const at = `${app} is registered at ${issuer} as ${kind} ${wholeText(clientId)}`;
  if (report.length === 0) return `${at}: ${outcomes[outcome](registered.changed)}.`;
  const former = formerClientId
    ? [`  Its earlier client ${wholeText(formerClientId)} is no longer used, but still registered there.`]
    : [];
  return [`${at}.`, ...former, ...table(report), ...silence(registered, issuer), ""].join("\n");
}

/** What to do about an OP that does not say what it has registered. */
function silence({ app, report }: AppRegistration, issuer: string): string[] {
  if (report.every(({ result }) => result !== "not echoed")) return [];
  const at = `-- --issuer ${issuer}`;
  return [
    "  Not echoed: the response does not say what was registered, and the client cannot be read back (RFC 7592).",
    `  Using it shows more: npm run doctor ${at} --app ${app} tries its callbacks and secret, npm run check ${at} every logout.`,
  ];
}

const outcomes: Record<AppRegistration["outcome"], (changed: readonly string[]) => string> = {
  created: () => "created",
  updated: (changed) => `updated (${changed.join(", ")})`,
  unchanged: () => "unchanged",
  seeded: () => "when the OP starts, from OP_APPS in op.env",
};

/** Where the clients are kept, and who uses them. */
export function nextSteps({ apps, data, envDir, issuer }: RegisterOptions): string {
  if (envDir !== undefined)
    return `Written for node --env-file, in ${envDir}: ${apps.map((name) => `${name}.env`).join(" and ")}.`;
  const demo = issuer ? `npm run demo -- --issuer ${issuer}` : "the demo";
  return `Saved in ${data}: ${demo} uses ${apps.length > 1 ? "them" : "it"} from its next start.`;
}

/** A line for each field that was not accepted, or is there only because of a refusal.
 * @param said the refusals that were shown before */
export const exceptions = (report: RegistrationReport, said: Set<string>): string[] =>
  saidOnce(
    report.filter(({ result, reason }) => result !== "accepted" || reason !== undefined),
    said,
  ).map((each) => {
    const result = each.result === "accepted" ? `is ${shown(each.asked)}` : `was ${each.result}`;
    return `Registration: ${each.field} ${result}${detail(each)}.`;
  });

/** A line for each field: its name, the result, the requested value. */
function table(report: RegistrationReport): string[] {
  const width = Math.max(...report.map(({ field }) => field.length));
  return report.map((each) => {
    const { field, result, asked } = each;
    return `  ${field.padEnd(width)}  ${result.padEnd(10)}  ${shown(asked)}${detail(each)}`;
  });
}

function detail({ result, answer, reason, known }: FieldReport): string {
  const change = result === "changed" ? ` to ${shown(answer)}` : "";
  const way = known ? ` (not in the response, but ${known})` : "";
  return change + way + (reason === undefined ? "" : ` (${wholeText(reason).replace(/\.$/, "")})`);
}

const shown = (value: unknown): string =>
  Array.isArray(value) ? value.map(item).join(" ") : foreignText(value);

function item(value: unknown): string {
  const text = foreignText(value);
  return text.includes(" ") ? `"${text}"` : text;
}
