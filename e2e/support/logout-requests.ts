/** Sends logout tokens to an app, and checks its answers (BCL 2.8). */
import assert from "node:assert/strict";
import type { RpProcess } from "./rp-process.ts";

/** Posts a body to /bclogout; default: as a form. */
export const send = (rp: RpProcess, body: BodyInit, headers: Record<string, string> = {}, query = "") =>
  fetch(`${rp.base}/bclogout${query}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
  });

export const sendToken = (rp: RpProcess, token: string) => send(rp, `logout_token=${token}`);

export async function assertRefused(response: Response, status = 400): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("cache-control"), "no-store");
  const body = JSON.parse(text) as Record<string, string>;
  assert.equal(body.error, "invalid_request");
  assert.ok(body.error_description, "the reason is given");
}

export async function assertAccepted(response: Response): Promise<void> {
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "");
  assert.equal(response.headers.get("cache-control"), "no-store");
}
