/** A browser as far as HTTP goes: cookies by path, redirects by hand, forms of the pages it got. */

interface Cookie {
  value: string;
  path: string;
}

export interface Form {
  action: string;
  fields: Record<string, string>;
}

export interface Visit {
  url: string;
  status: number;
  headers: Headers;
  text: string;
  /** Absolute, where the answer is a redirect. */
  location: string | undefined;
}

const UNESCAPED: Readonly<Record<string, string>> = {
  "&quot;": '"',
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&#39;": "'",
};
const unescapeHtml = (text: string): string =>
  text.replace(/&(?:quot|amp|lt|gt|#39);/g, (entity) => UNESCAPED[entity] ?? "");
const attribute = (tag: string, name: string): string | undefined =>
  unescapeHtml(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "") || undefined;

export class HttpBrowser {
  readonly #cookies = new Map<string, Cookie>();
  readonly #fetch: typeof fetch;

  constructor(send: typeof fetch = fetch) {
    this.#fetch = send;
  }

  /** Another browser with the cookies that this one has now. */
  copy(): HttpBrowser {
    const copy = new HttpBrowser(this.#fetch);
    for (const [key, cookie] of this.#cookies) copy.#cookies.set(key, cookie);
    return copy;
  }

  async get(url: string): Promise<Visit> {
    return this.#visit(url, { headers: { accept: "text/html" } });
  }

  /** @param origin of the page the form is on; by default the one it is sent to */
  async post(url: string, fields: Record<string, string>, origin = new URL(url).origin): Promise<Visit> {
    return this.#visit(url, { method: "POST", headers: { origin }, body: new URLSearchParams(fields) });
  }

  /** Sends the form of a page, with further fields and, of several buttons, the address of the pressed one. */
  async submit(page: Visit, fields: Record<string, string>, action?: string): Promise<Visit> {
    const form = formOf(page);
    return this.post(new URL(action ?? form.action, page.url).href, { ...form.fields, ...fields });
  }

  /** Follows redirects as long as they stay at this host. */
  async follow(visit: Visit): Promise<Visit> {
    const { origin } = new URL(visit.url);
    let here = visit;
    while (here.location?.startsWith(`${origin}/`)) here = await this.get(here.location);
    return here;
  }

  async #visit(url: string, init: RequestInit): Promise<Visit> {
    const headers = new Headers(init.headers);
    headers.set("cookie", this.cookieFor(new URL(url).pathname));
    const response = await this.#fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
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

  /** The Cookie header for a path. */
  cookieFor(path: string): string {
    const sent = [...this.#cookies].filter(([, cookie]) => path.startsWith(cookie.path));
    return sent.map(([key, { value }]) => `${key.split(" ")[0]}=${value}`).join("; ");
  }

  #keep(line: string): void {
    const [, name, value = "", rest = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
    const path = /;\s*path=([^;]*)/i.exec(rest)?.[1] ?? "/";
    const expires = /;\s*expires=([^;]*)/i.exec(rest)?.[1];
    const key = `${name} ${path}`;
    const removed =
      /;\s*max-age=0\b/i.test(rest) || (expires !== undefined && Date.parse(expires) < Date.now());
    if (removed) this.#cookies.delete(key);
    else this.#cookies.set(key, { value, path });
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
