/** Settings of one Relying Party. `.env.example` and the README's table name the same ones; a test compares them. */
import { z } from "zod";
import { encryptionAlgorithms, encryptionMethods } from "#lib/oidc/jwe.ts";
import { baseUrl, commonSettings, type Environment, parseEnvironment } from "./env.ts";

const list = (item: z.ZodType<string, string>) =>
  z
    .string({ error: "is required: one URL, or several with commas between them" })
    .transform((text) =>
      text
        .split(",")
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item));

/** Issuers are compared to the byte, so nothing is normalised. */
const issuer = z.url({
  protocol: /^https?$/,
  error: "is required: an absolute http or https URL, exactly as in the ID Token's iss",
});

/** Its password may be in it, so nothing ever says which URL was wrong. */
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
        "URLs the app answers as, comma-separated, each ending in /RP_NAME; the first is the one that other hosts are redirected to",
      ),
    RP_SECRET: z
      .string({
        error: "is required: 32 random characters or more, for example from `openssl rand -base64 32`",
      })
      .min(32, "must have at least 32 characters")
      .describe("Seals the session cookie"),
    RP_ACCENT: z
      .enum(["blue", "violet", "teal", "slate"])
      .default("blue")
      .describe("Colour that tells the apps apart"),
    OP_ISSUER: issuer.describe("Issuer identifier of the OpenID Provider"),
    TRUSTED_ISSUERS: list(issuer)
      .default([])
      .describe("More issuers whose endpoints the form may name, comma-separated"),
    CLIENT_ID: z.string().default("").describe("Client ID that the form is filled in with"),
    CLIENT_SECRET: z
      .string()
      .optional()
      .describe("Its secret; stays on the server. Empty for a public client"),
    PUBLIC_CLIENT_ID: z
      .string()
      .optional()
      .describe("A public client of this app, offered beside the Client ID field"),
    SCOPE: z.string().default("openid").describe("Scope that the form is filled in with"),
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
      .describe("The one algorithm that ID Tokens and logout tokens may be signed with"),
    ID_TOKEN_ENCRYPTED_RESPONSE_ALG: z
      .enum(encryptionAlgorithms)
      .optional()
      .describe("How keys are encrypted in tokens for CLIENT_ID. Empty: they are not encrypted"),
    ID_TOKEN_ENCRYPTED_RESPONSE_ENC: z
      .enum(encryptionMethods)
      .optional()
      .describe("How the content of those tokens is encrypted; A128CBC-HS256 when empty"),
    LOGOUT_TOKEN_MODE: z
      .enum(["standard", "strict", "legacy-wso2"])
      .default("standard")
      .describe("`strict` demands typ and exp; `legacy-wso2` takes the `event` claim of IS 5.9 to 5.11"),
    LOGOUT_TOKEN_MAX_AGE: z.coerce
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(300)
      .describe("Oldest logout token taken, in seconds"),
    SESSION_POLL_INTERVAL: z.coerce
      .number()
      .min(0.1)
      .max(3600)
      .default(2)
      .describe("How often the RP iframe asks the OP iframe, in seconds"),
    ALLOW_LOOPBACK: z
      .stringbool()
      .default(false)
      .describe("Let the form name any endpoint on this machine; for the demo"),
    CA_FILE: z
      .string()
      .optional()
      .describe("PEM file of a certificate authority to trust besides the usual ones"),
    DATA_DIR: z
      .string()
      .default(".data/rp")
      .describe("Folder of the session store; `:memory:` keeps nothing. Not used with REDIS_URL"),
    REDIS_URL: z
      .string()
      .refine(isRedisUrl, "must be redis://[user:password@]host[:port][/database], or rediss:// for TLS")
      .optional()
      .describe("Redis or Valkey that keeps the sessions instead, shared by all replicas of the app"),
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
