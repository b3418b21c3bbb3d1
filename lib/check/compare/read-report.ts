/** Reads the report.json of an earlier run. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { CannotRun } from "#lib/cli/errors.ts";
import { capabilities } from "#lib/oidc/capabilities.ts";
import { cookieModes, severities, verdicts } from "../model/check.ts";

const check = z.object({
  id: z.string().min(1),
  title: z.string(),
  clause: z.string(),
  severity: z.enum(severities),
  cookieMode: z.enum(cookieModes),
  verdict: z.enum(verdicts),
  reason: z.string(),
});
/** The part of a result that is compared. */
export type ComparedCheck = z.infer<typeof check>;

const capability = z.object({
  capability: z.enum(capabilities),
  declared: z.boolean(),
  configured: z.union([z.boolean(), z.literal("not known")]),
  observed: z.boolean(),
});

const report = z.object({
  issuer: z.string(),
  driver: z.string(),
  startedAt: z.iso.datetime(),
  interrupted: z.literal(true).optional(),
  capabilities: z.array(capability),
  checks: z.array(check),
});
export type ComparedReport = z.infer<typeof report>;

/** @throws {CannotRun} in one line with the file and the reason */
export function readReport(path: string): ComparedReport {
  const parsed = report.safeParse(parse(path));
  if (parsed.data?.interrupted)
    throw new CannotRun(`${path} is from an interrupted run: run npm run check again.`);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  throw new CannotRun(`${path} is not a report.json of npm run check: ${where}${issue?.message}.`);
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CannotRun(`${path} cannot be read: ${(error as Error).message.replaceAll(/\s+/g, " ")}.`);
  }
}
