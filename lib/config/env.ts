/** The only reader of `process.env`; Biome enforces it. */
import { z } from "zod";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process, for `parseEnvironment` and for child processes. */
export const environment = (): NodeJS.ProcessEnv => process.env;

/** A missing or invalid setting. The message has one line for each problem: the variable, and what to do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Parses `env` with `schema`; empty strings count as unset, so `.env` files may keep empty values.
 * @throws {ConfigError} with a line for each invalid variable */
export function parseEnvironment<T extends z.ZodType>(schema: T, env: Environment): z.output<T> {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "environment"}: ${issue.message}`,
  );
  throw new ConfigError(lines.join("\n"));
}

/** An absolute http(s) URL without the slashes at its end. Not for issuers, which are compared byte for byte. */
export const baseUrl = z
  .string()
  .refine(
    (value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ""),
    "must be an absolute http or https URL",
  )
  .transform((value) => value.replace(/\/+$/, ""));

/** Of every process that keeps its data in an SQLite file. */
export const storeSettings = {
  REPLACE_BAD_STORE: z
    .stringbool()
    .default(false)
    .describe("Move a store file that is damaged, or of another version, aside and begin with a new one"),
};

/** The settings of every process. */
export const commonSettings = {
  LOG_FORMAT: z
    .enum(["pretty", "json"])
    .default("pretty")
    .describe("`pretty` for people, `json` for machines"),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Lowest severity that is logged"),
};
