/** The authorize form where the app refuses it. */
import assert from "node:assert/strict";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import type { RpProcess } from "./rp-process.ts";
import { formFor } from "./sign-in.ts";
import type { TestIssuer } from "./test-issuer.ts";

/** Submits a form that must be refused.
 *  @returns the page that it redirects back to */
export async function refusedFormAt(
  issuer: TestIssuer,
  rp: RpProcess,
  changes: Record<string, string>,
): Promise<string> {
  const browser = new HttpBrowser();
  const answer = await browser.post(`${rp.base}/authorize`, formFor(issuer, rp, changes));
  assert.equal(answer.status, 303);
  assert.equal(answer.location, `${rp.base}/oauth2`);
  return (await browser.get(`${rp.base}/oauth2`)).text;
}

/** The error message next to a field, linked to it for screen readers. */
export function errorBeside(field: string, html: string): string {
  const input = new RegExp(`<(?:input|select)[^>]* name="${field}"[^>]*>`).exec(html)?.[0] ?? "";
  assert.match(input, /aria-invalid="true"/, `${field} is marked as invalid`);
  return new RegExp(`id="${field}-error"[^>]*>([^<]*)`).exec(html)?.[1] ?? "";
}
