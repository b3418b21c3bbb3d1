/** A browser's requests to an app in this process, with its cookies. */
import assert from "node:assert/strict";
import type { Endpoint } from "../../http.ts";
import { respond } from "../../http.ts";
import type { RelyingParty } from "../../relying-party.ts";
import { base, form } from "./app.ts";

export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #rp: RelyingParty;

  constructor(rp: RelyingParty) {
    this.#rp = rp;
  }

  /** The Cookie header. */
  get cookies(): string {
    return [...this.#cookies].map((pair) => pair.join("=")).join("; ");
  }

  get(endpoint: Endpoint, path: string, query: URLSearchParams | string): Promise<Response> {
    return this.#send(endpoint, `${base}${path}?${query}`, { method: "GET" });
  }

  /** @param origin of the page that posts; default: the app's own */
  post(
    endpoint: Endpoint,
    path: string,
    body: URLSearchParams,
    origin: string | undefined = new URL(base).origin,
  ): Promise<Response> {
    const headers = { "content-type": form, ...(origin === "" ? {} : { origin }) };
    return this.#send(endpoint, `${base}${path}`, { method: "POST", headers, body: body.toString() });
  }

  async #send(endpoint: Endpoint, url: string, init: RequestInit): Promise<Response> {
    const request = new Request(url, init);
    request.headers.set("x-forwarded-host", new URL(base).host);
    if (this.#cookies.size > 0) request.headers.set("cookie", this.cookies);
    const response = await respond(request, this.#rp, endpoint);
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie);
    return response;
  }

  /** Every cookie is this instance's alone, and out of the reach of scripts and of other sites' forms. */
  #keep(cookie: string): void {
    const [, name = "", value = "", attributes = ""] = /^([^=;]+)=([^;]*);(.*)$/.exec(cookie) ?? [];
    assert.match(name, /^playground2\.(session|login)\.8082(\.[\w-]+)?$/);
    assert.match(value, /^[\w*~.-]*$/);
    assert.match(attributes, /^ Path=\/playground2; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    if (/Max-Age=0;/.test(attributes)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
