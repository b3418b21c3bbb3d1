/** A receiver of logout tokens: this project's, or other software. */
import { freePort } from "#lib/net/free-port.ts";
import { generateLoad } from "../measure/load.ts";
import { type ServerPlan, type ServerProcess, startServer } from "../measure/process.ts";
import { clientId } from "../sessions.ts";
import type { Issuer } from "./issuer.ts";

export interface Setting {
  issuer: Issuer;
  /** How many sessions there are: there is a logout token for each. */
  sessions: number;
  /** A folder for files, removed at the end. */
  scratch: string;
  say(line: string): void;
}

export interface Receiver {
  name: string;
  /** What a reader should know: what it keeps, and what it ends. */
  note: string;
  /** @throws {CannotRun} with a command that brings what is missing */
  start(setting: Setting): Promise<Running>;
}

export interface Running {
  pid: number;
  /** Where it takes logout tokens; undefined for a limit that takes no requests. */
  url?: string;
  /** Sends these tokens, until time is up. */
  round(tokens: Iterator<string>, duration: number): Promise<Round>;
  /** After it has stopped, what is wrong with its store, if anything.
   * @param sent how many tokens it was sent, from the first on */
  problem?(sent: number): Promise<string | undefined>;
  stop(): Promise<void>;
}

export interface Round {
  answered: number;
  failed: number;
  failure?: string;
}

export const connections = 32;

/** A receiver that is a server: its process, and where it takes logout tokens. */
export async function overHttp(
  planFor: (port: number) => Omit<ServerPlan, "probe">,
  path: string,
): Promise<Running & { process: ServerProcess }> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = await startServer({ ...planFor(port), probe: `${origin}/` });
  const url = `${origin}${path}`;
  return {
    process: server,
    pid: server.pid,
    url,
    round: (tokens, duration) => generateLoad({ url, bodies: forms(tokens), connections, duration }),
    stop: server.stop,
  };
}

/** Logout tokens as bodies of requests. */
export function* forms(tokens: Iterator<string>): Generator<string> {
  for (let next = tokens.next(); !next.done; next = tokens.next()) yield `logout_token=${next.value}`;
}

/** Environment of the receivers in bench/peers. */
export const peerEnvironment = ({ issuer }: Setting, port: number): Record<string, string> => ({
  ISSUER: issuer.issuer,
  JWKS_URI: issuer.jwksUri,
  CLIENT_ID: clientId,
  SECRET: "a secret of this run, long enough for a cookie",
  MAX_AGE: "3600",
  PORT: String(port),
});
