/** The authorize form of the tutorial: its fields, their exact labels, and their rules. */
import { z } from "zod";
import { isWebUrl } from "#lib/net/web-url.ts";
import type { OpenIdProvider } from "#lib/oidc/provider.ts";
import { clientNamed } from "../clients.ts";
import type { RelyingParty } from "../relying-party.ts";

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

/** Longest value of a field, because the store keeps them. */
const longest = 2048;

const text = (label: string, most = longest) =>
  z.string(`${label} is required.`).trim().max(most, `${label} must not be longer than ${most} characters.`);
const required = (label: string, most = longest) => text(label, most).min(1, `${label} is required.`);
const endpoint = (label: string) =>
  required(label).refine(isWebUrl, `${label} must be an absolute URL that begins with http:// or https://.`);
const optionalEndpoint = (label: string) => z.union([z.literal(""), endpoint(label)]).default("");
const yesOrNo = z.enum(["yes", "no"]).default("no");

const everyGrant = {
  client_id: required("Client ID", 255).regex(
    /^[\x20-\x7e]*$/,
    "Client ID must be printable ASCII (RFC 6749 A.1).",
  ),
  scope: text("Scope").default(""),
  acr_values: text("Authentication Context Class/LoA").default(""),
};
const secret = { client_secret: text("Client Secret").default("") };
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
        .min(1, "Resource Owner Password is required.")
        .max(longest),
    }),
  ],
  { error: "Choose an Authorization Grant Type." },
);

export type AuthorizeForm = z.output<typeof schema>;
export type BrowserForm = Extract<AuthorizeForm, { redirect_uri: string }>;
export type DirectForm = Exclude<AuthorizeForm, BrowserForm>;

/** The form is not valid: a message for each field; the empty name stands for the form as a whole. */
export class FormError extends Error {
  override readonly name = "FormError";
  readonly errors: Record<string, string>;

  constructor(errors: Record<string, string>) {
    super("The form is not complete.");
    this.errors = errors;
  }
}

/** Fields that are kept and shown again. Secrets are not: after an error the user enters them again. */
const keptFields = new Set(
  schema.options
    .flatMap((option) => Object.keys(option.shape))
    .filter((name) => !/secret|password/.test(name)),
);

/** Characters of a form that are kept: thousands of strangers may have filled one in. */
const largestForm = 8192;

/** The values of a submitted form to keep. */
export function keptValues(form: URLSearchParams): Record<string, string> {
  let left = largestForm;
  const kept = [...form]
    .filter(([name]) => keptFields.has(name))
    .map(([name, value]) => {
      const text = value.slice(0, Math.min(longest, left));
      left -= text.length;
      return [name, text];
    });
  return Object.fromEntries(kept);
}

/** Reads the form.
 * @throws {FormError} with a message for each field that is wrong */
export function parseAuthorizeForm(form: URLSearchParams): AuthorizeForm {
  const parsed = schema.safeParse(Object.fromEntries(form));
  if (parsed.success) return parsed.data;
  const errors: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) errors[path.join(".") || "grant_type"] ??= message;
  throw new FormError(errors);
}

/** The secret of the client. If the field is empty, the known secret is used without ever being shown; it is only sent to
 * the token endpoint of its own OP.
 * @throws {FormError} if the form names another endpoint */
export async function clientSecret(
  form: { client_id: string; client_secret: string; token_endpoint: string },
  provider: OpenIdProvider,
  rp: RelyingParty,
): Promise<string | undefined> {
  if (form.client_secret) return form.client_secret;
  const client = await clientNamed(rp.provider, form.client_id, rp);
  if (!client.clientSecret) return undefined;
  const { token_endpoint: own } = await rp.provider.metadata();
  if (provider === rp.provider && form.token_endpoint === own) return client.clientSecret;
  const message = `Client Secret is required here: the known one is only sent to ${own}.`;
  throw new FormError({ client_secret: message });
}
