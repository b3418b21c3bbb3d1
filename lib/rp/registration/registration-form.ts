/** The registration form: how registration is authorized, and what it asks for besides the logout fields. */
import { z } from "zod";
import { defaultMethod, type Encryption, encryptionAlgorithms, encryptionMethods } from "#lib/oidc/jwe.ts";
import type { RegistrationAuthorization } from "#lib/oidc/registration.ts";
import { FormError } from "../login/authorize-form.ts";

const short = (label: string) =>
  z.string().max(4096, `${label} must not be longer than 4096 characters.`).default("");

const schema = z
  .object({
    initial_access_token: short("Initial access token")
      .transform((token) => token.trim())
      .refine(
        (token) => /^[\x21-\x7e]*$/.test(token),
        "Initial access token must be printable ASCII without spaces.",
      ),
    username: short("Username").refine(
      (username) => !username.includes(":"),
      "Username must not have a colon (RFC 7617 2).",
    ),
    password: short("Password"),
    id_token_encrypted_response_alg: z
      .enum(["", ...encryptionAlgorithms], "Choose one from the list.")
      .default(""),
    id_token_encrypted_response_enc: z
      .enum(encryptionMethods, "Choose one from the list.")
      .default(defaultMethod),
  })
  .superRefine(({ initial_access_token: token, username, password }, context) => {
    const wrong = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (token && (username || password))
      wrong("initial_access_token", "Enter either the token or username and password.");
    if (username && !password) wrong("password", "Password is required with a username.");
    if (password && !username) wrong("username", "Username is required with a password.");
  });

export interface RegistrationChoice {
  authorization?: RegistrationAuthorization;
  encryption?: Encryption;
}

/** Reads the form. @throws {FormError} with a message for each field that is wrong */
export function parseRegistrationForm(form: URLSearchParams): RegistrationChoice {
  const parsed = schema.safeParse(Object.fromEntries(form));
  if (!parsed.success) {
    const errors: Record<string, string> = {};
    for (const { path, message } of parsed.error.issues) errors[path.join(".")] ??= message;
    throw new FormError(errors);
  }
  const { initial_access_token: token, username: user, password } = parsed.data;
  const { id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc } = parsed.data;
  return {
    ...(token && { authorization: { token } }),
    ...(user && { authorization: { user, password } }),
    ...(alg && { encryption: { alg, enc } }),
  };
}

/** What is shown again: neither the token nor the password. */
const keptFields = ["username", "id_token_encrypted_response_alg", "id_token_encrypted_response_enc"];

/** The values of a submitted form to show again. */
export const keptChoices = (form: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...form]
      .filter(([name]) => keptFields.includes(name))
      .map(([name, value]) => [name, value.slice(0, 255)]),
  );
