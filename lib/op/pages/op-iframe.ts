/** The OP iframe (SM 3.2): Relying Parties load it in a frame and ask it whether the login is still the same. */
import { html } from "#lib/ui/html.ts";
import { showBrowserState } from "../logout/browser-state.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { assetsPath } from "../paths.ts";

/** Any site may frame it: it only answers a `session_state`, which is bound to the origin that asks. */
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors *";

/** Loading it updates the browser state, in case the session was ended elsewhere. Parameters are ignored: WSO2 IS
 * requires `client_id` and `redirect_uri`, from which it takes the origin to answer. */
export async function showOpIframe(op: OpenIdProvider, ctx: Context): Promise<void> {
  showBrowserState(op, ctx, await op.provider.Session.get(ctx));
  ctx.type = "html";
  ctx.set({ "Content-Security-Policy": contentSecurityPolicy, "Cache-Control": "no-store" });
  ctx.body = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>OP iframe</title></head>
<body><script src="${assetsPath}/op/op-iframe.js"></script></body>
</html>`.toString();
}
