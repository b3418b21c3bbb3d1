/** CSRF tokens for the forms of our own pages: a signed cookie value in a hidden field. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { type Html, html } from "#lib/ui/html.ts";
import { PageError } from "./edge.ts";
import { type Context, cookieName, type OpenIdProvider } from "./open-id-provider.ts";

const formCookie = "op.form";
const fieldName = "form_token";

/** The hidden field of every form of ours. */
export function formToken(op: OpenIdProvider, ctx: Context): Html {
  const known = ctx.cookies.get(cookieName(op, formCookie), { signed: false });
  const value = known || randomBytes(18).toString("base64url");
  if (!known)
    ctx.cookies.set(cookieName(op, formCookie), value, {
      httpOnly: true,
      sameSite: "lax",
      signed: false,
      path: "/",
    });
  return html`<input type="hidden" name="${fieldName}" value="${sign(op, value)}">`;
}

/** @throws {PageError} unless the form is from a page that we sent to this browser */
export function requireFormToken(op: OpenIdProvider, ctx: Context, form: URLSearchParams): void {
  const value = ctx.cookies.get(cookieName(op, formCookie), { signed: false });
  if (value && equalSecrets(sign(op, value), form.get(fieldName) ?? "")) return;
  throw new PageError(403, "This form could not be verified.", "Go back, reload the page and send it again.");
}

/** Compares in constant time. */
export function equalSecrets(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const sign = (op: OpenIdProvider, value: string): string =>
  createHmac("sha256", op.keys.formKey).update(value).digest("base64url");
