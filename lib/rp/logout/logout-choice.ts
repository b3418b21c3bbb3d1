/** What a user may choose in a logout request: its method and each of its parameters. */
import { z } from "zod";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type LogoutMethod, type LogoutParameters, longestParameter } from "#lib/oidc/logout-request.ts";
import type { LoginAtProvider } from "../model.ts";

export interface LogoutChoice {
  method: LogoutMethod;
  parameters: LogoutParameters;
}

/** What the Logout button sends: everything that RIL 2 recommends.
 * @param hint of this login, encrypted if the login was: then WSO2 IS also needs its tenant */
export const usualChoice = (
  { clientId, tokens }: LoginAtProvider,
  hint: string | undefined,
  base: string,
  state: string,
): LogoutChoice => ({
  method: "GET",
  parameters: {
    ...(hint ? { id_token_hint: hint } : {}),
    client_id: clientId,
    post_logout_redirect_uri: `${base}/logout`,
    state,
    ...(tokens.encryptedIdToken ? { tenant_domain: "carbon.super" } : {}),
  },
});

/** Sent exactly as the preview shows it, spaces included. */
const text = z
  .string()
  .max(longestParameter, `must not be longer than ${longestParameter} characters.`)
  .default("");

const schema = z.object({
  method: z.enum(["GET", "POST"]).default("GET"),
  /** As long as a form body may be. */
  id_token_hint: z.string().trim().default(""),
  client_id: text,
  post_logout_redirect_uri: text,
  state: text,
  logout_hint: text,
  ui_locales: text,
  tenant_domain: text,
  everywhere: text,
});

/** Reads the panel's form. Any value is allowed: the panel exists to show how the OP reacts.
 * @throws {ProtocolError} `invalid_request` */
export function parseLogoutChoice(form: URLSearchParams): LogoutChoice {
  const parsed = schema.safeParse(Object.fromEntries(form));
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    const help = "Go back and correct it.";
    throw new ProtocolError("invalid_request", `The logout request cannot be built. ${fields.join(" ")}`, {
      help,
    });
  }
  const { method, ...parameters } = parsed.data;
  return { method, parameters };
}
