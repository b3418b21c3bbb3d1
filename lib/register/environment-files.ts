/** The registration of each app as a file for `node --env-file`, for apps that are started elsewhere. The variables are
 * those of .env.example. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { type AppName, embeddedApps, type Layout } from "#lib/config/apps.ts";
import type { Registration, SavedState } from "./saved-state.ts";

interface AppEnvironment {
  registration: Registration;
  sessionSecret: string;
  /** Certificate to trust. */
  caFile: string | undefined;
}

/** Writes `NAME.env`: the provider, the client and the app's own secret. @returns the file */
export function writeAppEnvironment(
  folder: string,
  { registration, sessionSecret, caFile }: AppEnvironment,
): Promise<string> {
  const { name, issuer, clientId, clientSecret = "", publicClientId = "", encryption } = registration;
  return writeEnvironment(folder, name, {
    RP_SECRET: sessionSecret,
    OP_ISSUER: issuer,
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    PUBLIC_CLIENT_ID: publicClientId,
    ID_TOKEN_ENCRYPTED_RESPONSE_ALG: encryption?.alg ?? "",
    ID_TOKEN_ENCRYPTED_RESPONSE_ENC: encryption?.enc ?? "",
    CA_FILE: caFile ?? "",
  });
}

/** Writes `op.env`: the clients of the embedded OP, with their secrets. @returns the file */
export const writeOpEnvironment = (
  folder: string,
  layout: Layout,
  { clientSecrets }: SavedState,
): Promise<string> =>
  writeEnvironment(folder, "op", { OP_APPS: JSON.stringify(embeddedApps(layout, clientSecrets)) });

/** Replaces the file as a whole; only its owner may read the secrets. */
async function writeEnvironment(
  folder: string,
  name: AppName | "op",
  variables: Record<string, string>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${name}.env`);
  const draft = `${file}.${process.pid}`;
  const lines = Object.entries(variables).map(([variable, value]) => `${variable}=${quoted(value)}\n`);
  await writeFile(draft, lines.join(""), { mode: 0o600 });
  await rename(draft, file);
  return file;
}

/** These files have no escapes: a value is put in quotes that it does not contain. */
function quoted(value: string): string {
  const quote = ["'", '"', "`"].find((each) => !value.includes(each));
  if (!quote) throw new Error("no quotes are left for this value");
  return `${quote}${value}${quote}`;
}
