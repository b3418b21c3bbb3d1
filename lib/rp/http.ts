/** The HTTP that all endpoints share. */

import { reason } from "#lib/net/innermost-error.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { document, documentPolicy, type Html, html } from "#lib/ui/html.ts";
import { otherApps } from "./other-apps.ts";
import {
  bodyTimeout,
  largestBody,
  type PlainRequest,
  type PlainResponse,
  readPlainForm,
  tooLarge,
  tooSlow,
} from "./plain-http.ts";
import { baseUrlFor, canonicalBaseUrl, type RelyingParty, requestHost } from "./relying-party.ts";
import { readSession } from "./session/session-cookie.ts";
import { whoRow } from "./session/who-row.ts";
import { verdictTable } from "./verdict-table.ts";

/** One endpoint: a web-standard function that a route of the framework calls. */
export type Endpoint = (request: Request, rp: RelyingParty) => Promise<Response>;

/** After a POST the browser continues with GET; a 307 would post the form again (RFC 9700 4.12). */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location, "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** A document of this app that must not be stored or framed. `title` is also its heading, unless the body has one. */
export function page(
  rp: RelyingParty,
  base: string,
  content: {
    title: string;
    body: Html;
    status?: number;
    script?: string;
    frameAncestors?: string;
    /** For a document whose forms need to send their Origin, and whose URL has no code or token. */
    hasForms?: boolean;
  },
): Response {
  const { title, body, status = 200, script, frameAncestors, hasForms } = content;
  const { RP_NAME, RP_ACCENT } = rp.config;
  const shell = {
    title,
    body,
    brand: RP_NAME,
    home: `${base}/`,
    accent: RP_ACCENT,
    assets: `${base}/assets`,
    links: otherApps(base, rp),
  };
  return new Response(document(script ? { ...shell, script } : shell), {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": documentPolicy(frameAncestors),
      // The URL may hold a code or a token.
      "referrer-policy": hasForms ? "same-origin" : "no-referrer",
    },
  });
}

/** A document that continues on its own: a form submitted by script, or by its button without script. */
export function selfSubmittingForm(
  rp: RelyingParty,
  base: string,
  form: { action: string; fields: Iterable<[string, string]>; title: string; fromFragment?: boolean },
): Response {
  const fields = [...form.fields].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const body = html`<form class="card" method="post" action="${form.action}" data-submit ${form.fromFragment ? html`data-fragment` : ""}>
<h1>${form.title}</h1>${fields}
${form.fromFragment ? html`<noscript><p class="note note-warn">The response is in the URL fragment, which only a script can read. Allow scripts and reload, or choose Authorization Code or Form Post.</p></noscript>` : ""}
<button class="btn btn-primary" type="submit">Continue</button>
</form>`;
  // The RP iframe makes its silent requests in a frame, which shows this document too.
  return page(rp, base, { title: form.title, body, script: "submit.js", frameAncestors: "'self'" });
}

/** When to retry after a 503, in seconds: a lost connection to the session store is usually back by then. */
export const retryAfter = "5";

/** Adds `Retry-After` where a retry may help. */
export function retriable(response: Response): Response {
  if (response.status === 503) response.headers.set("retry-after", retryAfter);
  return response;
}

/** An endpoint for programs as one of the web platform. */
export const plainly =
  (run: (request: PlainRequest, rp: RelyingParty) => Promise<PlainResponse>): Endpoint =>
  async (request, rp) => {
    const { status, headers, body } = await run(plainRequest(request), rp);
    return new Response(body ?? null, { status, headers });
  };

const plainRequest = (request: Request): PlainRequest => ({
  contentType: request.headers.get("content-type") ?? undefined,
  text: (largest) => readText(request, largest),
});

/** Reads a form-encoded body, bounded in size and time.
 * @throws {ProtocolError} `unsupported_media_type`, `request_too_large` or `request_too_slow` */
export const readForm = (request: Request, largest = largestBody): Promise<URLSearchParams> =>
  readPlainForm(plainRequest(request), largest);

/** Reads a body, bounded in size and time.
 * @throws {ProtocolError} `request_too_large` or `request_too_slow` */
export async function readText(request: Request, largest = largestBody): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > largest) throw tooLarge(largest);
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  const signal = AbortSignal.timeout(bodyTimeout);
  try {
    for await (const chunk of request.body?.pipeThrough(new TransformStream(), { signal }) ?? []) {
      size += chunk.length;
      if (size > largest) throw tooLarge(largest);
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw tooSlow();
  }
  return text + decoder.decode();
}

/** Accepts a POST only from this app's own pages, by `Origin`.
 * @throws {ProtocolError} `forbidden_origin` */
export function assertSameOrigin(request: Request, base: string): void {
  const origin = request.headers.get("origin");
  if (origin === new URL(base).origin) return;
  if ((origin === null || origin === "null") && request.headers.get("sec-fetch-site") === "same-origin")
    return;
  throw new ProtocolError("forbidden_origin", "This form was sent from another site, so it was ignored.", {
    help: "Open the app itself and try again.",
  });
}

/** 405 for an endpoint that accepts POST only (BCL 2.5). */
export const postOnly: Endpoint = async () =>
  Response.json(
    { error: "invalid_request", error_description: "This endpoint accepts POST only." },
    { status: 405, headers: { allow: "POST", "cache-control": "no-store" } },
  );

/** Runs an endpoint that people see: redirects 127.0.0.1 to localhost, turns a protocol error into a page with its status,
 * and any other error into a 500 that shows only a reference. */
export async function respond(request: Request, rp: RelyingParty, endpoint: Endpoint): Promise<Response> {
  try {
    return await endpoint(request, rp);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "misdirected_request" && request.method === "GET") {
      const elsewhere = loopbackRedirect(request, rp);
      if (elsewhere) return elsewhere;
    }
    return failure(error, request, rp);
  }
}

/** Runs an endpoint that programs call: a protocol error becomes a line of text with its status. */
export async function respondPlainly(
  request: Request,
  rp: RelyingParty,
  endpoint: Endpoint,
): Promise<Response> {
  try {
    return await endpoint(request, rp);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const text = [error.message, error.help].filter(Boolean).join(" ");
    const headers = { "cache-control": "no-store" };
    return retriable(new Response(`${text}\n`, { status: error.status, headers }));
  }
}

/** Redirects `127.0.0.1`, which to a browser is a different site from `localhost` and has other cookies. */
export function loopbackRedirect(
  request: { headers: Headers; url: string },
  rp: RelyingParty,
): Response | undefined {
  const host = requestHost(request.headers).replace(/^127\.0\.0\.1(?=:|$)/, "localhost");
  const base = rp.config.RP_BASE_URLS.find((url) => new URL(url).host === host);
  if (!base || host === requestHost(request.headers)) return undefined;
  const { pathname, search } = new URL(request.url);
  return new Response(null, {
    status: 307,
    headers: { location: `${new URL(base).origin}${pathname}${search}` },
  });
}

async function failure(error: unknown, request: Request, rp: RelyingParty): Promise<Response> {
  const base = knownBase(request, rp);
  if (error instanceof ProtocolError) {
    rp.log.warn({ code: error.code, detail: error.detail ? reason(error.detail) : undefined }, error.message);
    const body = html`${errorBody(error, base)}${await logoutRow(error, request, base, rp)}`;
    const { pathname } = new URL(request.url);
    const hasForms = !pathname.endsWith("/oauth2client");
    // The RP iframe and its silent request fail in frames of our own when the session has just ended.
    const frameAncestors = /\/rpiframe(\/|$)/.test(pathname) ? "'self'" : "'none'";
    return retriable(
      page(rp, base, { title: "That did not work", status: error.status, body, hasForms, frameAncestors }),
    );
  }
  const reference = crypto.randomUUID().slice(0, 8);
  rp.log.error({ err: error, reference }, "An endpoint failed.");
  const body = html`<section class="card"><h1>Something broke in this app</h1><p>It is not your fault. See the log for reference <code>${reference}</code>.</p></section>`;
  return page(rp, base, { title: "Error", status: 500, body });
}

/** Who is logged in, with the Logout button, where the app can tell. */
async function logoutRow(
  { code }: ProtocolError,
  request: Request,
  base: string,
  rp: RelyingParty,
): Promise<Html | ""> {
  if (code === "store_unavailable" || code === "misdirected_request") return "";
  const session = await readSession(request.headers.get("cookie"), rp).catch(() => undefined);
  return session?.login ? whoRow(session, base) : "";
}

function knownBase(request: Request, rp: RelyingParty): string {
  try {
    return baseUrlFor(request.headers, rp);
  } catch {
    return canonicalBaseUrl(rp);
  }
}

function errorBody(error: ProtocolError, base: string): Html {
  return html`<section class="card">
<h1>That did not work</h1>
<p class="note note-bad" role="alert">${error.message}</p>
${error.help ? html`<p>${error.help}</p>` : ""}
${error.verdicts.length ? verdictTable(error.verdicts) : ""}
<p class="muted">Error code <code>${error.code}</code></p>
<p class="row"><a class="btn btn-primary" href="${base}/oauth2">Back to the form</a>${error.code === "provider_unavailable" ? html`<a class="btn" href="${base}/doctor">Doctor</a>` : ""}<a class="btn" href="${base}/">Start page</a></p>
</section>`;
}
