/** Gives every page its Content-Security-Policy. Next's own inline scripts need a nonce that is new for each response,
 * and this is the place that Next reads it from. Only what no page can do itself belongs here. */
import { type NextRequest, NextResponse } from "next/server";
import { environment } from "#lib/config/env.ts";
import { relyingParty } from "#lib/next/relying-party.ts";
import { storeProblem } from "#lib/rp/endpoints/store-problem.ts";

export async function proxy(request: NextRequest): Promise<Response> {
  if (!isDecodable(request.nextUrl.pathname)) {
    return new NextResponse("Not found", { status: 404, headers: { "cache-control": "no-store" } });
  }
  // A page's own error always has status 500.
  const problem = await storeProblem(request, relyingParty());
  if (problem) return problem;
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  // form-action is left out: browsers apply it to redirects that follow a form, and ours lead to the OP.
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${connectSources(request.nextUrl.pathname)}`,
    "worker-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  response.headers.set("referrer-policy", "same-origin");
  response.headers.set("cache-control", "no-store");
  return response;
}

/** Next answers 500 where it cannot decode a segment that a route takes. */
function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The page Doctor asks the OpenID Provider from the browser. */
function connectSources(path: string): string {
  const issuer = URL.parse(environment().OP_ISSUER ?? "");
  return issuer && /^\/[^/]+\/doctor\/?$/.test(path) ? `'self' ${issuer.origin}` : "'self'";
}

/** The pages of lib/rp/routes.ts. Next reads this at build time, so it can import no list; a test compares the two.
 * Endpoints set their own headers, and are faster without. Last, paths with a percent sign, for `isDecodable`. */
export const config = {
  matcher: ["/", "/:instance", "/:instance/(doctor|oauth2|photos|registration)", "/((?!_next/).*%.*)"],
};
