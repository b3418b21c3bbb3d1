/** The OP iframe (SM 3.2): the document that Relying Parties frame and ask whether the login is still the same. */
import { html } from "#lib/ui/html.ts";
import { showBrowserState } from "../logout/browser-state.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { ASSETS } from "../paths.ts";

/** Anybody may frame it: it answers only to those who know a `session_state`, which is bound to their origin. */
const POLICY = "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors *";

/** Loading it puts the browser state right, for when the session was ended elsewhere. Parameters are ignored:
 * WSO2 IS wants `client_id` and `redirect_uri`, from which it takes the origin it answers. */
export async function showOpIframe(op: OpenIdProvider, ctx: Context): Promise<void> {
  showBrowserState(op, ctx, await op.provider.Session.get(ctx));
  ctx.type = "html";
  ctx.set({ "Content-Security-Policy": POLICY, "Cache-Control": "no-store" });
  ctx.body = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>OP iframe</title></head>
<body><script src="${ASSETS}/op/op-iframe.js"></script></body>
</html>`.toString();
}
