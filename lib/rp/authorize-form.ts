/** The authorize form of the tutorial: its fields, their labels to the letter, and what they must hold. */
import { z } from "zod";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { FormState } from "#lib/store/types.ts";
import type { RelyingParty } from "./relying-party.ts";

export const grantTypes = {
  code: "Authorization Code",
  implicit: "Implicit",
  hybrid: "Hybrid",
  client_credentials: "Client Credentials",
  password: "Resource Owner",
} as const;

export const implicitResponseTypes = {
  id_token: "ID token Only",
  "id_token token": "ID token & Access Token",
} as const;

export type GrantType = keyof typeof grantTypes;

const required = (label: string) => z.string(`${label} is required.`).trim().min(1, `${label} is required.`);
const endpoint = (label: string) =>
  required(label).refine(isHttpUrl, `${label} must be an absolute URL that begins with http:// or https://.`);
const optionalEndpoint = (label: string) => z.union([z.literal(""), endpoint(label)]).default("");
const yesOrNo = z.enum(["yes", "no"]).default("no");

const everyGrant = {
  client_id: required("Client ID"),
  scope: z.string().trim().default(""),
  acr_values: z.string().trim().default(""),
};
const secret = { client_secret: z.string().default("") };
const browserGrant = {
  ...everyGrant,
  redirect_uri: endpoint("Callback URL").refine(
    (url) => !url.includes("#"),
    "Callback URL must not have a fragment.",
  ),
  authorization_endpoint: endpoint("Authorize Endpoint"),
  end_session_endpoint: optionalEndpoint("Logout Endpoint"),
  check_session_iframe: optionalEndpoint("Session Iframe Endpoint"),
};
const frontChannelGrant = { ...browserGrant, form_post: yesOrNo };
const codeFields = {
  ...secret,
  token_endpoint: endpoint("Access Token Endpoint"),
  use_pkce: yesOrNo,
  code_challenge_method: z.enum(["S256", "plain"]).default("S256"),
};

const openidScope = (values: { scope: string }, context: z.RefinementCtx) => {
  if (!values.scope.split(" ").includes("openid")) {
    context.addIssue({
      code: "custom",
      path: ["scope"],
      message: "Scope must contain openid: without it there is no ID Token.",
    });
  }
};

/** What each grant needs; fields of other grants are ignored, as the page hides them. */
const schema = z.discriminatedUnion(
  "grant_type",
  [
    z.object({ grant_type: z.literal("code"), ...browserGrant, ...codeFields }).superRefine(openidScope),
    z
      .object({ grant_type: z.literal("hybrid"), ...frontChannelGrant, ...codeFields })
      .superRefine(openidScope),
    z
      .object({
        grant_type: z.literal("implicit"),
        ...frontChannelGrant,
        response_type: z
          .enum(Object.keys(implicitResponseTypes) as (keyof typeof implicitResponseTypes)[])
          .default("id_token"),
      })
      .superRefine(openidScope),
    z.object({
      grant_type: z.literal("client_credentials"),
      ...everyGrant,
      ...secret,
      token_endpoint: endpoint("Access Token Endpoint"),
    }),
    z.object({
      grant_type: z.literal("password"),
      ...everyGrant,
      ...secret,
      token_endpoint: endpoint("Access Token Endpoint"),
      end_session_endpoint: optionalEndpoint("Logout Endpoint"),
      username: required("Resource Owner User Name"),
      password: z
        .string("Resource Owner Password is required.")
        .min(1, "Resource Owner Password is required."),
    }),
  ],
  { error: "Choose an Authorization Grant Type." },
);

export type AuthorizeForm = z.output<typeof schema>;
export type BrowserForm = Extract<AuthorizeForm, { redirect_uri: string }>;
export type DirectForm = Exclude<AuthorizeForm, BrowserForm>;

/** Secrets are never written back into a page: a form that failed asks for them again. */
const secretFields = new Set(["client_secret", "password"]);

/** The values of a submitted form that may be kept and shown again. */
export const keptValues = (form: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...form].filter(([name]) => !secretFields.has(name)));

/** Reads the form.
 * @returns the form, or its values with a message for each field that is wrong */
export function parseAuthorizeForm(form: URLSearchParams): { form: AuthorizeForm } | FormState {
  const parsed = schema.safeParse(Object.fromEntries(form));
  if (parsed.success) return { form: parsed.data };
  const errors: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) errors[String(path[0] ?? "grant_type")] ??= message;
  return { values: keptValues(form), errors };
}

/** What the form is filled in with: what the user left there last, else the configuration and the OP's metadata.
 * `problem` says why the endpoints are missing when the OP cannot be reached. */
export async function formValues(
  kept: Record<string, string> | undefined,
  base: string,
  rp: RelyingParty,
): Promise<{ values: Record<string, string>; problem?: ProtocolError }> {
  const values: Record<string, string> = {
    grant_type: "code",
    client_id: rp.config.CLIENT_ID,
    scope: rp.config.SCOPE,
    redirect_uri: `${base}/oauth2client`,
    response_type: "id_token",
    use_pkce: "yes",
    code_challenge_method: "S256",
    form_post: "no",
    acr_values: "",
  };
  try {
    const metadata = await rp.provider.metadata();
    const endpoints = [
      "authorization_endpoint",
      "token_endpoint",
      "end_session_endpoint",
      "check_session_iframe",
    ] as const;
    for (const name of endpoints) values[name] = metadata[name] ?? "";
    return { values: { ...values, ...kept } };
  } catch (error) {
    if (error instanceof ProtocolError) return { values: { ...values, ...kept }, problem: error };
    throw error;
  }
}

/** The configured secret is used without ever being shown: an empty field means it, for the configured client. */
export function clientSecret(
  form: { client_id: string; client_secret: string },
  rp: RelyingParty,
): string | undefined {
  if (form.client_secret) return form.client_secret;
  return form.client_id === rp.config.CLIENT_ID ? rp.config.CLIENT_SECRET : undefined;
}

function isHttpUrl(value: string): boolean {
  const { protocol } = URL.parse(value) ?? {};
  return protocol === "http:" || protocol === "https:";
}
