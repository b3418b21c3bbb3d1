/** A browser without rendering or scripts: it keeps cookies, follows redirects on request, and submits forms. */
import { CookieJar } from "tough-cookie";

interface Form {
  action: string;
  fields: Record<string, string>;
}

export interface Visit {
  url: string;
  status: number;
  headers: Headers;
  text: string;
  /** Absolute; of a redirect. */
  location: string | undefined;
}

const entities: Readonly<Record<string, string>> = {
  "&quot;": '"',
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&#39;": "'",
};
const unescapeHtml = (text: string): string =>
  text.replace(/&(?:quot|amp|lt|gt|#39);/g, (entity) => entities[entity] ?? "");
const attribute = (tag: string, name: string): string | undefined =>
  unescapeHtml(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "") || undefined;

export class HttpBrowser {
  readonly #cookies: CookieJar;
  readonly #fetch: typeof fetch;
  #here: string | undefined;

  constructor(send: typeof fetch = fetch, cookies = new CookieJar(), here?: string) {
    this.#fetch = send;
    this.#cookies = cookies;
    this.#here = here;
  }

  /** A new browser with a copy of this one's cookies. */
  copy(): HttpBrowser {
    return new HttpBrowser(this.#fetch, this.#cookies.cloneSync(), this.#here);
  }

  async get(url: string): Promise<Visit> {
    return this.#visit(url, { headers: { accept: "text/html" } });
  }

  /** @param origin of the page with the form (default: the one it is sent to) */
  async post(url: string, fields: Record<string, string>, origin = new URL(url).origin): Promise<Visit> {
    return this.#visit(url, { method: "POST", headers: { origin }, body: new URLSearchParams(fields) });
  }

  /** Sends the first form of a page.
   * @param fields beside those of the form, or in their place
   * @param action of the pressed button, where it has its own */
  async submit(page: Visit, fields: Record<string, string>, action?: string): Promise<Visit> {
    const form = formOf(page);
    return this.post(new URL(action ?? form.action, page.url).href, { ...form.fields, ...fields });
  }

  /** Follows redirects within this origin. */
  async follow(visit: Visit): Promise<Visit> {
    const { origin } = new URL(visit.url);
    let here = visit;
    while (here.location?.startsWith(`${origin}/`)) here = await this.get(here.location);
    return here;
  }

  async #visit(url: string, init: RequestInit): Promise<Visit> {
    this.#here = url;
    const headers = new Headers(init.headers);
    headers.set("cookie", this.cookieFor(url));
    const response = await this.#fetch(url, { ...init, headers, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie())
      this.#cookies.setCookieSync(cookie, url, { ignoreError: true });
    const location = response.headers.get("location");
    const target = location === null ? undefined : new URL(location, url).href;
    return {
      url,
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: target,
    };
  }

  /** The Cookie header for an address, which may be a path at the origin visited last. */
  cookieFor(address: string): string {
    const url = URL.parse(address, this.#here);
    return url ? this.#cookies.getCookieStringSync(url.href) : "";
  }
}

/** The first form of a page. */
export function formOf(page: Visit): Form {
  const form = /<form[\s\S]*?<\/form>/.exec(page.text)?.[0] ?? "";
  if (!form) throw new Error(`no form at ${page.url} (${page.status})`);
  const inputs = form.match(/<input[^>]*>/g) ?? [];
  const named = inputs.flatMap((input) => {
    const name = attribute(input, "name");
    return name ? [[name, attribute(input, "value") ?? ""] as const] : [];
  });
  return { action: attribute(form, "action") ?? page.url, fields: Object.fromEntries(named) };
}
