/** Settings of the embedded OpenID Provider. */

import { z } from "zod";
import { isCertainlyLoopback } from "#lib/net/loopback.ts";
import { baseUrl, commonSettings, type Environment, parseEnvironment, storeSettings } from "./env.ts";

const apps = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue("must be a JSON array");
      return z.NEVER;
    }
  })
  .pipe(
    z.array(
      z.object({
        name: z.string().min(1),
        secret: z.string().min(16),
        baseUrls: z.array(baseUrl).min(1),
        metadata: z.record(z.string(), z.unknown()).optional(),
        serverUrl: baseUrl.optional(),
      }),
    ),
  );

const names = z
  .string()
  .transform((text) => text.split(",").map((name) => name.trim()))
  .pipe(z.array(z.string().regex(/^[a-z][a-z0-9-]*$/, "must be comma-separated names")));

const settings = z.object({
  ...commonSettings,
  OP_HOST: z.string().default("127.0.0.1").describe("Address the OP listens on"),
  OP_PORT: z.coerce.number().int().min(0).max(65535).default(9443).describe("Port of the OP"),
  OP_HTTPS: z.stringbool().default(false).describe("Serve https with a self-signed certificate"),
  OP_DATA_DIR: z
    .string()
    .default(".data/op")
    .describe("Keys, clients, sessions and undelivered logout tokens of the OP; `:memory:` keeps nothing"),
  ...storeSettings,
  OP_ROTATE_KEYS: z
    .stringbool()
    .default(false)
    .describe("Sign with new keys from this start on; the old ones stay published for 14 days"),
  OP_APPS: apps
    .default([])
    .describe(
      "JSON: the Relying Parties to register at start, each with name, secret and baseUrls; optional: serverUrl, if the OP reaches it elsewhere, and metadata, for more client metadata",
    ),
  OP_FRONT_DOOR: baseUrl.default("http://localhost:8080").describe("Where the OP's pages link back to"),
  OP_FAULTS: names
    .default([])
    .describe("Faults to break the OP with, comma-separated; its page /faults lists them. Loopback only"),
});

export const opSettings = settings.refine(
  ({ OP_FAULTS, OP_HOST }) => OP_FAULTS.length === 0 || isCertainlyLoopback(OP_HOST),
  {
    path: ["OP_FAULTS"],
    error: "an OP with faults may listen on loopback only: set OP_HOST to 127.0.0.1",
  },
);

export type OpConfig = z.output<typeof opSettings>;

/** @throws {import("./env.ts").ConfigError} */
export const parseOpConfig = (env: Environment): OpConfig => parseEnvironment(opSettings, env);
