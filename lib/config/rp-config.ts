/** Settings of one Relying Party. A test compares them with `.env.example` and the documented table. */

import { z } from "zod";
import { templateProblem } from "#lib/oidc/issuer-template.ts";
import { encryptionAlgorithms, encryptionMethods } from "#lib/oidc/jwe.ts";
import { accentNames } from "./apps.ts";
import { baseUrl, commonSettings, type Environment, parseEnvironment, storeSettings } from "./env.ts";

const list = (item: z.ZodType<string, string>) =>
  z
    .string({ error: "is required: one URL, or several separated by commas" })
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item));

/** Issuers are compared byte for byte, so they are not normalized. */
const issuer = z
  .url({
    protocol: /^https?$/,
    error: "is required: an absolute http or https URL, exactly as in the ID Token's iss",
  })
  .refine((url) => !templateProblem(url), { error: ({ input }) => templateProblem(input) ?? "" });

/** The URL may contain a password, so no message quotes it. */
const isRedisUrl = (value: string): boolean => {
  const { protocol = "", hostname, pathname } = URL.parse(value) ?? {};
  return /^rediss?:$/.test(protocol) && Boolean(hostname) && /^(\/\d*)?$/.test(pathname ?? "");
};

export const rpSettings = z
  .object({
    ...commonSettings,
    RP_NAME: z
      .string({ error: "is required: the name of this app, for example playground2" })
      .regex(/^[a-z][a-z0-9-]{0,30}$/, "must be lower-case letters, digits and dashes")
      .describe("Name of the app, first part of its paths and of its cookies"),
    RP_BASE_URLS: list(baseUrl)
      .refine((urls) => urls.length > 0, "must name at least one URL")
      .describe(
        "URLs the app answers as, comma-separated, each ending in /RP_NAME; other hosts are redirected to the first",
      ),
    RP_SECRET: z
      .string({
        error: "is required: 32 random characters or more, for example from `openssl rand -base64 32`",
      })
      .min(32, "must have at least 32 characters")
      .describe("Seals the session cookie"),
    OTHER_APPS: list(baseUrl)
      .default([])
      .describe(
        "URLs of the other apps that pages lead to, comma-separated; those of one app in the order of RP_BASE_URLS",
      ),
    RP_ACCENT: z.enum(accentNames).default("blue").describe("Accent colour of the app"),
    OP_ISSUER: issuer.describe("Issuer identifier of the OpenID Provider"),
    TRUSTED_ISSUERS: list(issuer)
      .default([])
      .describe("Additional issuers whose endpoints the form may use, comma-separated"),
    CLIENT_ID: z.string().default("").describe("Default Client ID of the form"),
    CLIENT_SECRET: z
      .string()
      .optional()
      .describe("Its secret; stays on the server. Empty for a public client"),
    PUBLIC_CLIENT_ID: z
      .string()
      .optional()
      .describe("A public client of this app, offered beside the Client ID field"),
    SCOPE: z.string().default("openid").describe("Default Scope of the form"),
    ID_TOKEN_SIGNED_RESPONSE_ALG: z
      .enum([
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "EdDSA",
        "HS256",
        "HS384",
        "HS512",
      ])
      .default("RS256")
      .describe("The only accepted signature algorithm of ID Tokens and logout tokens"),
    ID_TOKEN_ENCRYPTED_RESPONSE_ALG: z
      .enum(encryptionAlgorithms)
      .optional()
      .describe("Key encryption algorithm of tokens for CLIENT_ID; default: no encryption"),
    ID_TOKEN_ENCRYPTED_RESPONSE_ENC: z
      .enum(encryptionMethods)
      .optional()
      .describe("Content encryption method of those tokens; default: A128CBC-HS256"),
    LOGOUT_TOKEN_MODE: z
      .enum(["standard", "strict", "legacy-wso2"])
      .default("standard")
      .describe("`strict` requires typ and exp; `legacy-wso2` accepts the `event` claim of IS 5.9 to 5.11"),
    LOGOUT_TOKEN_MAX_AGE: z.coerce
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(300)
      .describe("Maximum age of a logout token, in seconds"),
    FRONTCHANNEL_LOGOUT_SESSION_REQUIRED: z
      .stringbool()
      .default(true)
      .describe(
        "`false` for an OpenID Provider that sends no iss and sid to /fclogout: any site can then log its visitors out",
      ),
    SESSION_POLL_INTERVAL: z.coerce
      .number()
      .min(0.1)
      .max(3600)
      .default(2)
      .describe("How often the RP iframe asks the OP iframe, in seconds"),
    ALLOW_LOOPBACK: z
      .stringbool()
      .default(false)
      .describe("Let the form use any endpoint on this machine; for the demo"),
    CA_FILE: z.string().optional().describe("PEM file of an additional certificate authority to trust"),
    DATA_DIR: z
      .string()
      .default(".data/rp")
      .describe("Folder of the session store; `:memory:` keeps nothing. Ignored with REDIS_URL"),
    ...storeSettings,
    REDIS_URL: z
      .string()
      .refine(isRedisUrl, "must be redis://[user:password@]host[:port][/database], or rediss:// for TLS")
      .optional()
      .describe("Redis or Valkey as the session store, shared by all replicas of the app"),
  })
  .superRefine((config, context) => {
    for (const url of config.RP_BASE_URLS) {
      if (!url.endsWith(`/${config.RP_NAME}`)) {
        context.addIssue({
          code: "custom",
          path: ["RP_BASE_URLS"],
          message: `${url} must end in /${config.RP_NAME}`,
        });
      }
    }
    if (config.ID_TOKEN_SIGNED_RESPONSE_ALG.startsWith("HS") && !config.CLIENT_SECRET) {
      context.addIssue({
        code: "custom",
        path: ["CLIENT_SECRET"],
        message: "is required for a symmetric algorithm",
      });
    }
  });

export type RpConfig = z.output<typeof rpSettings>;

/** @throws {import("./env.ts").ConfigError} */
export const parseRpConfig = (env: Environment): RpConfig => parseEnvironment(rpSettings, env);
