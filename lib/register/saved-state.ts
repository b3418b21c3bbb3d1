/** `demo.json`: what the demo keeps, so that sessions and registrations survive a restart. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { CannotRun } from "#lib/cli/errors.ts";
import { type AppName, appNames, perApp } from "#lib/config/apps.ts";

const registration = z.object({
  issuer: z.string(),
  name: z.enum(appNames),
  baseUrls: z.array(z.string()),
  clientId: z.string(),
  clientSecret: z.string().optional(),
  /** Seconds since 1970; 0 or absent: never. */
  secretExpiresAt: z.number().optional(),
  /** How the OP encrypts the ID Tokens of this client. */
  encryption: z.object({ alg: z.string(), enc: z.string() }).optional(),
  /** A public client of the same app. */
  publicClientId: z.string().optional(),
});

/** A secret for each app; an app that is new since the last start gets one. */
const secrets = (shortest: number) =>
  z
    .partialRecord(z.enum(appNames), z.string().min(shortest))
    .transform((known) => ({ ...newSecrets(), ...known }));

const schema = z.object({
  /** Seals an app's session cookie. */
  sessionSecrets: secrets(32),
  /** Client secrets at the embedded OP, and at others if we may choose them. */
  clientSecrets: secrets(16),
  registrations: z.array(registration),
});

export type Registration = z.output<typeof registration>;
export type SavedState = z.output<typeof schema>;

const stateFile = "demo.json";
/** Everything that the demo writes into its data folder: `--fresh` deletes nothing else. */
const ownFiles = [stateFile, "op", ...appNames];

/** Reads the state of an earlier start, or creates a new one, and saves it. @throws {CannotRun} if the file is damaged */
export async function loadState(data: string): Promise<SavedState> {
  const kept = await readState(data);
  const state = kept ?? { sessionSecrets: newSecrets(), clientSecrets: newSecrets(), registrations: [] };
  await saveState(data, state);
  return state;
}

/** Reads the state of an earlier start, if any. @throws {CannotRun} if the file is damaged */
export async function readState(data: string): Promise<SavedState | undefined> {
  const file = path.join(data, stateFile);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new CannotRun(`${file} cannot be read: ${error.message}`);
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new CannotRun(`${file} is damaged; restore it, or start over with --fresh.`);
  }
}

/** Replaces the file as a whole; only its owner may read the secrets. */
export async function saveState(data: string, state: SavedState): Promise<void> {
  await mkdir(data, { recursive: true });
  const file = path.join(data, stateFile);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}

/** Forgets keys, clients, sessions and registrations. */
export async function dropState(data: string): Promise<void> {
  await Promise.all(ownFiles.map((name) => rm(path.join(data, name), { recursive: true, force: true })));
}

function newSecrets(): Record<AppName, string> {
  return perApp(() => randomBytes(32).toString("base64url"));
}
