/** What a user may choose about a logout request: its method and each of its parameters. */
import { z } from "zod";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { LogoutMethod, LogoutParameters } from "#lib/oidc/logout-request.ts";
import type { Login } from "#lib/store/types.ts";

export interface LogoutChoice {
  method: LogoutMethod;
  /** Whether the ID Token goes along as id_token_hint; it is never written into the form. */
  sendHint: boolean;
  parameters: Omit<LogoutParameters, "id_token_hint">;
}

/** What the Logout button sends: everything that RIL 2 recommends. */
export const defaultChoice = (login: Login, base: string, state: string): LogoutChoice => ({
  method: "GET",
  sendHint: true,
  parameters: { client_id: login.clientId, post_logout_redirect_uri: `${base}/logout`, state },
});

const text = z.string().trim().max(2048).default("");

const schema = z.object({
  method: z.enum(["GET", "POST"]).default("GET"),
  send_hint: z.literal("yes").optional(),
  client_id: text,
  post_logout_redirect_uri: text,
  state: text,
  logout_hint: text,
  ui_locales: text,
  tenant_domain: text,
});

/** Reads the panel's form. Any value may be sent: to see what the OP makes of it is what the panel is for.
 * @throws {ProtocolError} `invalid_request` */
export function parseLogoutChoice(form: URLSearchParams): LogoutChoice {
  const parsed = schema.safeParse(Object.fromEntries(form));
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new ProtocolError("invalid_request", `The logout request cannot be built. ${fields.join(" ")}`);
  }
  const { method, send_hint, ...parameters } = parsed.data;
  return { method, sendHint: send_hint === "yes", parameters };
}
