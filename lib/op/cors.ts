/** Which pages' scripts may read the OP's answers (Fetch, 3.3: CORS). The library decides for each endpoint whether any
 * origin may, or only those of the client. */
import type { Configuration } from "oidc-provider";
import type { Context, Next } from "./open-id-provider.ts";

/** The client's own pages. Sandboxed frames and files all have the origin "null", as has a native app's callback. */
export const allowOriginsOfClient: NonNullable<Configuration["clientBasedCORS"]> = (_ctx, origin, client) =>
  origin !== "null" && (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin);

/** Many SDKs send their requests with credentials, which the browser lets them read only with this header. No cookie
 * counts at these endpoints, so it gives nothing away. */
export async function allowCredentials(ctx: Context, next: Next): Promise<void> {
  await next();
  const allowed = ctx.response.get("Access-Control-Allow-Origin");
  if (allowed && allowed !== "*" && allowed !== "null") ctx.set("Access-Control-Allow-Credentials", "true");
}
